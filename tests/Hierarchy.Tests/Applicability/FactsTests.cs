using Hierarchy.Domain;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Xunit;

namespace Hierarchy.Tests.Applicability;

public sealed class FactsTests
{
    [Theory]
    [InlineData("""{ "so": {} }""", "so")]
    [InlineData("""{ "os": { "minor": 1 } }""", "facts cannot be read")]
    [InlineData("""{ "os": { "major": 1, "mayor": 2 } }""", "mayor")]
    [InlineData("""{ "registry": { "HKLM\\X": { "A": { "type": "REG_FLOAT", "data": 1 } } } }""", "REG_FLOAT")]
    [InlineData("""{ "files": { "C:\\x": { "version": "one" } } }""", "one")]
    [InlineData("""{ "os": """, "facts cannot be read")]
    [InlineData("[]", "facts cannot be read")]
    public void Reader_MisspeltFacts_SaysWhere(string json, string expected)
        => Assert.Contains(expected, Assert.Throws<IntegrityException>(() => RuleCases.Facts(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Reader_OfANothing_KnowsNothing()
    {
        var facts = RuleCases.Facts("{}");

        Assert.Equal(FactState.Unknown, facts.OperatingSystem.State);
        Assert.Equal(FactState.Unknown, facts.FindFile(@"C:\x").State);
        Assert.Equal(FactState.Known, facts.FindFolder(36).State);
    }

    [Fact]
    public void FindFile_WithADisk_LooksThereForWhatTheDocumentDoesNotName()
    {
        var facts = RuleCases.Facts("""{ "files": { "C:\\a": { "size": 1 } } }""") with { FindOnDisk = path => path == @"C:\b" ? new FileFacts { Size = 2 } : null };

        Assert.Equal(1, facts.FindFile(@"C:\A").Value?.Size);
        Assert.Equal(2, facts.FindFile(@"C:\b").Value?.Size);
        Assert.Equal(FactState.Absent, facts.FindFile(@"C:\c").State);
    }

    [Theory]
    [InlineData(@"SOFTWARE\X", @"HKLM\SOFTWARE\WOW6432Node\X")]
    [InlineData(@"SOFTWARE", @"HKLM\SOFTWARE\WOW6432Node")]
    [InlineData(@"SOFTWAREX\Y", @"HKLM\SOFTWAREX\Y")]
    [InlineData(@"software\wow6432node\X", @"HKLM\software\wow6432node\X")]
    [InlineData(@"SYSTEM\X", @"HKLM\SYSTEM\X")]
    public void RegistryPath_In32Bits_IsWhereWindowsKeepsIt(string subkey, string expected)
        => Assert.Equal(expected, new RegistryPath("HKEY_LOCAL_MACHINE", subkey, is32Bit: true).RedirectedName);

    [Theory]
    [InlineData("1", true)]
    [InlineData("9.00.1399.06", true)]
    [InlineData(" 1.2 ", true)]
    [InlineData("4294967295.0.0.0", true)]
    [InlineData("4294967296.0.0.0", false)]
    [InlineData("1.2.3.4.5", false)]
    [InlineData("1..2", false)]
    [InlineData("-1.0", false)]
    [InlineData("1.a", false)]
    [InlineData("", false)]
    public void FourPartVersion_FromText_IsOneToFourNumbers(string text, bool expected) => Assert.Equal(expected, FourPartVersion.TryParse(text, out _));

    [Fact]
    public void FourPartVersion_Compared_IsAsVersionsOfTheFrameworkAre()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 2000; i++)
        {
            var (a, b) = (Next(), Next());
            Assert.True(FourPartVersion.TryParse(a.ToString(), out var left));
            Assert.True(FourPartVersion.TryParse(b.ToString(), out var right));
            Assert.Equal(Math.Sign(a.CompareTo(b)), Math.Sign(left.CompareTo(right)));
            Assert.Equal(a < b, left < right);
            Assert.Equal(a.ToString(), left.ToString());
        }

        Version Next() => new(random.Next(3), random.Next(3), random.Next(3), random.Next(3));
    }
}
