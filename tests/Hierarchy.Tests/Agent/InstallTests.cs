using Hierarchy.Agent.Install;
using Hierarchy.Agent.Report;
using Hierarchy.Agent.Scan;
using Hierarchy.Agent.State;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;
using Hierarchy.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Agent;

public sealed class InstallTests
{
    private static readonly RevisionId Id = new(Guid.NewGuid(), 3);

    [Theory]
    [InlineData("", "")]
    [InlineData("a b", "a|b")]
    [InlineData("  a\tb ", "a|b")]
    [InlineData("\"a b\" c", "a b|c")]
    [InlineData("\"\"", "")]
    [InlineData("/x:\"a b\"", "/x:a b")]
    [InlineData("""a\\b""", """a\\b""")]
    [InlineData("""a\\\"b""", """a\"b""")]
    [InlineData("""a\\\\"b c" d""", """a\\b c|d""")]
    [InlineData("""C:\folder\ x""", """C:\folder\|x""")]
    [InlineData("\"a\"\"b\"", "a\"b")]
    public void Split_OfArguments_IsAsWindowsDoesIt(string text, string expected)
        => Assert.Equal(expected, string.Join('|', CommandLine.Split(text)));

    [Theory]
    [InlineData("setup.exe", "setup.exe")]
    [InlineData("../x", "x")]
    [InlineData(@"C:\a\b", "b")]
    [InlineData("..", "_")]
    [InlineData("", "_")]
    [InlineData("a/", "_")]
    [InlineData("a:b*c", "a_b_c")]
    [InlineData("con.txt", "_con.txt")]
    [InlineData("x. ", "x")]
    [InlineData("a\0b", "a_b")]
    public void SafeFileName_OfAnything_IsAPlainName(string name, string expected) => Assert.Equal(expected, SafeFileName.From(name));

    [Fact]
    public void SafeFileName_OfALongName_KeepsItsExtension()
    {
        var safe = SafeFileName.From(new string('x', 500) + ".cab");

        Assert.True(safe.Length <= 120);
        Assert.EndsWith(".cab", safe, StringComparison.Ordinal);
    }

    [Fact]
    public void Journal_Reopened_KnowsWhatWasCutOff()
    {
        using var folder = new TemporaryFolder();
        using var state = StateFolder.Open(folder["state"], TimeProvider.System, NullLogger.Instance);
        var cut = new RevisionId(Guid.NewGuid(), 1);
        using (var journal = InstallJournal.Open(state, NullLogger.Instance))
        {
            journal.Write(new InstallAttempt { Id = Id, StartedAt = DateTimeOffset.UnixEpoch });
            journal.Write(Attempt(succeeded: true, restart: false, confirmed: true));
            journal.Write(new InstallAttempt { Id = cut, StartedAt = DateTimeOffset.UnixEpoch, ProcessId = 7 });
        }

        using var again = InstallJournal.Open(state, NullLogger.Instance);

        Assert.Equal((cut, 7), (Assert.Single(again.Interrupted).Id, again.Last(cut)!.ProcessId));
        Assert.Equal(Attempt(succeeded: true, restart: false, confirmed: true), again.Last(Id));
        Assert.Equal([Id.UpdateId], again.Installed);
    }

    [Theory]
    [InlineData(UpdateState.NotInstalled, false, false, false, "now", UpdateState.Failed)]
    [InlineData(UpdateState.NotInstalled, true, false, false, "now", UpdateState.Failed)]
    [InlineData(UpdateState.NotInstalled, true, true, false, "now", UpdateState.InstalledPendingReboot)]
    [InlineData(UpdateState.NotInstalled, true, true, false, "before", UpdateState.NotInstalled)]
    [InlineData(UpdateState.NotInstalled, true, false, true, "now", UpdateState.NotInstalled)]
    [InlineData(UpdateState.Installed, false, false, false, "now", UpdateState.Installed)]
    [InlineData(UpdateState.NotApplicable, false, false, false, "now", UpdateState.NotApplicable)]
    public void State_AfterAnAttempt_IsWhatScanAndJournalSayTogether(UpdateState scanned, bool succeeded, bool restart, bool confirmed, string boot, UpdateState expected)
        => Assert.Equal(expected, States.One(scanned, Attempt(succeeded, restart, confirmed), boot: "now" == boot ? "boot" : "another boot").State);

    [Fact]
    public void State_OfAnInterruptedAttempt_IsThatOfTheScan()
        => Assert.Equal(UpdateState.NotInstalled, States.One(UpdateState.NotInstalled, Attempt(succeeded: false, restart: false, confirmed: false) with { FinishedAt = null }, "boot").State);

    [Fact]
    public void FactsFile_WithARoot_SeesFilesOnDiskWithoutRegardToCase()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["disk/C/ProgramData/Demo"]);
        File.WriteAllText(folder["disk/C/ProgramData/Demo/Marker.txt"], "12345");
        File.WriteAllText(folder["outside.txt"], "");
        File.WriteAllText(folder["facts.json"], """{ "root": "disk" }""");
        var source = FactsFile.Open(folder["facts.json"]);
        var facts = source.Read(new HashSet<Guid> { Id.UpdateId });

        Assert.Equal(folder["disk"], source.Root);
        Assert.Equal(5, facts.FindFile(@"C:\ProgramData\Demo\Marker.txt").Value?.Size);
        Assert.Equal(5, facts.FindFile(@"c:\programdata\DEMO\marker.TXT").Value?.Size);
        foreach (var path in (string[])[@"C:\ProgramData\Demo\other.txt", @"C:\ProgramData\Demo", @"D:\x", @"C:\..\..\outside.txt", @"\\server\share\x", @"C:\*", @"C:\Pro*", "x"])
            Assert.Null(facts.FindFile(path).Value);
        Assert.True(facts.WasInstalled(Id.UpdateId).Value);
        Assert.False(facts.WasInstalled(Guid.Empty).Value);
    }

    [Fact]
    public void FactsFile_ThatIsWrong_NamesItself()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["facts.json"], """{ "os": 1 }""");

        Assert.Contains(folder["facts.json"], Assert.Throws<IntegrityException>(() => FactsFile.Open(folder["facts.json"])).Message, StringComparison.Ordinal);
        Assert.Contains("--facts", Assert.Throws<IntegrityException>(() => FactsFile.Open(folder["none.json"])).Message, StringComparison.Ordinal);
    }

    private static InstallAttempt Attempt(bool succeeded, bool restart, bool confirmed) => new()
    {
        Id = Id,
        StartedAt = DateTimeOffset.UnixEpoch,
        FinishedAt = DateTimeOffset.UnixEpoch.AddMinutes(1),
        HasSucceeded = succeeded,
        NeedsRestart = restart,
        IsConfirmed = confirmed,
        Code = 3,
        Boot = "boot",
    };
}
