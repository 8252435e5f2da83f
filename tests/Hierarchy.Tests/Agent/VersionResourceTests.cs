using System.Diagnostics;
using Hierarchy.Agent.Scan;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Testing;
using Hierarchy.Tests.Applicability;
using Xunit;

namespace Hierarchy.Tests.Agent;

public sealed class VersionResourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // Libraries of .NET have the version resources of Windows on every platform.
    public static TheoryData<string> Libraries => [typeof(FactSet).Assembly.Location, typeof(FactAttribute).Assembly.Location, typeof(Uri).Assembly.Location];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Read_OfALibrary_IsTheVersionThatDotNetKnows(string path)
    {
        var known = FileVersionInfo.GetVersionInfo(path);

        Assert.Equal(new FourPartVersion((uint)known.FileMajorPart, (uint)known.FileMinorPart, (uint)known.FileBuildPart, (uint)known.FilePrivatePart), VersionResource.Read(path)?.Version);
    }

    [Fact]
    public void Read_OfWhatIsNoLibrary_IsNothing()
    {
        foreach (var text in (string[])["", "M", "MZ", "text", $"MZ{new string('\uFFFF', 500)}"])
        {
            File.WriteAllText(_folder["file"], text);
            Assert.Null(VersionResource.Read(_folder["file"]));
        }
    }

    [Fact]
    public void Read_OfADamagedLibrary_IsAVersionOrNothing()
    {
        var whole = File.ReadAllBytes(typeof(FactSet).Assembly.Location);
        var random = new Random(20261121);
        for (var round = 0; round < 400; round++)
        {
            var damaged = round % 2 == 0 ? whole[..random.Next(whole.Length)] : whole.ToArray();
            for (var flip = 0; flip < 40 && damaged.Length > 0; flip++) damaged[random.Next(Math.Min(damaged.Length, round % 4 < 2 ? damaged.Length : 1024))] = (byte)random.Next(256);
            File.WriteAllBytes(_folder["file"], damaged);

            VersionResource.Read(_folder["file"]);
        }
    }

    [Fact]
    public void FileVersion_OfAFileOnDisk_IsCompared()
    {
        var library = typeof(Uri).Assembly.Location;
        Directory.CreateDirectory(_folder["root/C/Lib"]);
        File.Copy(library, _folder["root/C/Lib/Some.dll"]);
        File.WriteAllText(_folder["root/C/Lib/some.txt"], "text");
        var facts = FactSet.Empty with { FindOnDisk = new DiskFiles(_folder["root"]).Find };

        Assert.Equal(Truth.True, RuleCases.Evaluate("""<b.FileVersion Path="C:\Lib\some.DLL" Comparison="GreaterThan" Version="1.0"/>""", facts).Truth);
        Assert.Equal(Truth.False, RuleCases.Evaluate("""<b.FileVersion Path="C:\Lib\some.txt" Comparison="GreaterThan" Version="1.0"/>""", facts).Truth);
    }

    // Taken for none, it would make an update that is there look missing.
    [Fact]
    public void FileVersion_ThatCannotBeRead_IsUnknown()
    {
        var facts = FactSet.Empty with { FindOnDisk = _ => new FileFacts { Size = 1, VersionProblem = "the disk is gone" } };

        foreach (var rule in (string[])["""<b.FileVersion Path="C:\a" Comparison="GreaterThan" Version="1.0"/>""", """<b.FileExists Path="C:\a" Version="1.0"/>"""])
        {
            var outcome = RuleCases.Evaluate(rule, facts);
            Assert.Equal(Truth.Unknown, outcome.Truth);
            Assert.Contains("the disk is gone", outcome.Explain(), StringComparison.Ordinal);
        }

        Assert.Equal(Truth.True, RuleCases.Evaluate("""<b.FileExists Path="C:\a" Size="1"/>""", facts).Truth);
    }
}
