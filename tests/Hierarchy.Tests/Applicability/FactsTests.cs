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
    public void Reader_ManyErrors_ListsAllOfThemWithTheirPaths()
    {
        var problem = Assert.Throws<IntegrityException>(() => RuleCases.Facts("""
            {
              "so": {},
              "os": { "mayor": 10, "minor": -1, "architecture": "z80", "muiLanguages": [1] },
              "registry": { "HKXX\\X": {}, "HKLM\\S": { "A": { "type": "REG_FLOAT" }, "B": { "type": "REG_SZ" }, "a": true }, "HKLM\\T": [] },
              "files": { "C:\\x": { "version": "one", "size": "big", "date": 1 }, "c:\\y": {}, "C:\\\\Y": {} },
              "csidl": { "windows": "C:\\" },
              "systemMetrics": { "1": 2147483648 },
              "cluster": "no",
              "licenses": { "L": 1, "L": 2 },
              "wmi": { "root\\x": { "SELECT": 1 } },
              "installedOnce": ["me"],
              "generic": { "a/b": "c" },
              "productReleases": { "P": "latest" },
              "msi": { "{no}": {}, "{3c4a397d-22b2-4ab0-849f-f5e12672caca}": { "patches": { "{3c4a397d-22b2-4ab0-849f-f5e12672cacb}": { "obsoletes": ["x"] } } } },
              "cbs": { "P": "Almost" },
              "devices": [ { "hardwareIds": [] }, { "hardwareIds": ["A"], "driver": { "hardwareId": "A", "date": "1/2/2025", "version": "1" } } ]
            }
            """)).Message;

        foreach (var path in (string[])[
            "so: there is no such section", "os: 'major' is missing", "os.mayor: ", "os.minor: ", "os.architecture: ", "os.muiLanguages[0]: ",
            @"registry['HKXX\X']: ", @"registry['HKLM\S'].A: 'REG_FLOAT'", @"registry['HKLM\S'].B: 'data' is missing", @"registry['HKLM\S'].a: ", @"registry['HKLM\T']: ",
            @"files['C:\x'].version: 'one'", @"files['C:\x'].size: ", @"files['C:\x'].date: ", @"files['C:\\Y']: it is named twice",
            "csidl.windows: ", "systemMetrics.1: ", "cluster: true or false", "licenses.L: it is named twice", @"wmi['root\x'].SELECT: ", "installedOnce[0]: 'me'",
            "generic['a/b']: ", "productReleases.P: 'latest'", "msi['{no}']: ", ".patches['{3c4a397d-22b2-4ab0-849f-f5e12672cacb}'].obsoletes[0]: ", "cbs.P: 'Almost'",
            "devices[0]: ", "devices[1].driver: 'provider' is missing", "devices[1].driver.date: "])
            Assert.Contains($"  {path}", problem.Replace("  msi['{3c4a397d-22b2-4ab0-849f-f5e12672caca}']", "  ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("(29 errors)", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Reader_OfEverySection_KnowsEveryFact()
    {
        var facts = (IFacts)RuleCases.Computer;
        var key = new RegistryPath("HKLM", @"SOFTWARE\Acme", is32Bit: false);

        Assert.True(facts.OperatingSystem.IsKnown(out _) && facts.Devices.IsKnown(out _));
        foreach (var state in (FactState[])[
            facts.IsClustered.State, facts.KeyExists(key).State, facts.ReadValue(key, "Level").State, facts.ListSubkeys(key).State, facts.FindFile(@"C:\Tool\tool.exe").State,
            facts.FindFolder(36).State, facts.Expand("%SystemRoot%").State, facts.ReadSystemMetric(86).State, facts.OwnsClusterResource("x").State,
            facts.ReadLicense("Known-License").State, facts.HasWmiResults(@"root\cimv2", "SELECT 1").State, facts.WasInstalled(default).State,
            facts.ReadGeneric("acme", "level", "a").State, facts.ReadDeviceAttribute("sku").State, facts.FindProductRelease("Client.OS.rs2.amd64").State,
            facts.FindMsiProduct(Guid.Parse(RuleCases.Product)).State, facts.FindCbsPackage("KB1~t~amd64~~1.0").State])
            Assert.Equal(FactState.Known, state);
    }

    [Theory]
    [InlineData("REG_SZ", "\"x\"", "x")]
    [InlineData("reg_expand_sz", "\"%x%\"", "%x%")]
    [InlineData("REG_MULTI_SZ", "[\"a\", \"b\"]", "a\nb")]
    [InlineData("REG_DWORD", "4294967295", "4294967295")]
    [InlineData("REG_QWORD", "18446744073709551615", "18446744073709551615")]
    [InlineData("REG_BINARY", "null", "bytes")]
    [InlineData("REG_LINK", "null", "0")]
    public void Reader_OfARegistryValue_KnowsItsType(string type, string data, string expected)
    {
        var facts = RuleCases.Facts($$"""{ "registry": { "HKEY_CURRENT_USER\\A\\": { "V": { "type": "{{type}}", "data": {{data}} } } } }""");

        Assert.True(facts.ReadValue(new RegistryPath("HKCU", "a", is32Bit: false), "v").IsKnown(out var value));
        Assert.Equal(type.ToUpperInvariant(), value.Type);
        Assert.Equal(expected, value.ToString());
    }

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
    [InlineData(@"SOFTWARE\Policies\X", @"HKLM\SOFTWARE\Policies\X")]
    [InlineData(@"SOFTWARE\PoliciesX", @"HKLM\SOFTWARE\WOW6432Node\PoliciesX")]
    [InlineData(@"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts", @"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts")]
    [InlineData(@"SOFTWARE\Microsoft\Windows NT\CurrentVersion", @"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows NT\CurrentVersion")]
    [InlineData(@"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\X", @"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\X")]
    [InlineData(@"SOFTWARE\Classes\.txt", @"HKLM\SOFTWARE\Classes\.txt")]
    [InlineData(@"SOFTWARE\Classes\CLSID\{X}", @"HKLM\SOFTWARE\Classes\WOW6432Node\CLSID\{X}")]
    public void RegistryPath_In32Bits_IsWhereWindowsKeepsIt(string subkey, string expected)
        => Assert.Equal(expected, new RegistryPath("HKEY_LOCAL_MACHINE", subkey, is32Bit: true).RedirectedName);

    [Theory]
    [InlineData("HKCR", @"CLSID\{X}", @"HKCR\WOW6432Node\CLSID\{X}")]
    [InlineData("HKCR", ".txt", @"HKCR\.txt")]
    [InlineData("HKCU", @"SOFTWARE\X", @"HKCU\SOFTWARE\X")]
    [InlineData("HKCU", @"Software\Classes\Interface", @"HKCU\SOFTWARE\Classes\WOW6432Node\Interface")]
    [InlineData("HKU", @"S-1\SOFTWARE", @"HKU\S-1\SOFTWARE")]
    public void RegistryPath_OfOtherHivesIn32Bits_IsWhereWindowsKeepsIt(string hive, string subkey, string expected)
        => Assert.Equal(expected, new RegistryPath(hive, subkey, is32Bit: true).RedirectedName);

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
