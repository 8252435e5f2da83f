using System.Text;
using Grpc.Core;
using Hierarchy.Protocol.Client.V1;
using Xunit;
using DecisionAction = Hierarchy.Domain.Approvals.DecisionAction;

namespace Hierarchy.Tests.Agent;

public sealed class AgentCycleTests : IAsyncLifetime
{
    private FakeServer _server = null!; // set before every test
    private AgentUnderTest _agent = null!; // likewise

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _agent = new AgentUnderTest(_server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        _agent.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Once_ApprovedAndNeeded_InstallsAndReports()
    {
        var update = new TestUpdate(1) { MoreFiles = { ["data.bin"] = new byte[300_000] } };
        _server.Add(update, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        var installed = Assert.Single(report.Installed);
        Assert.Equal(("Installed", 0, false), (installed.State, installed.Code, installed.NeedsRestart));
        Assert.Equal(update.Files.Sum(file => (long)file.Bytes.Length), report.DownloadedBytes);
        Assert.All(report.Downloaded, file => Assert.Equal(_server.Content.Url, file.From));
        Assert.Equal("101@1", report.Position);
        Assert.Equal(UpdateState.Installed, _server.StatusOf(update)!.State);
        Assert.Equal(
            [UpdateState.NotInstalled, UpdateState.Downloaded, UpdateState.Installed], _server.Reports.SelectMany(sent => sent.Statuses).Select(status => status.State));
        Assert.Equal(_server.Reports.Select(sent => sent.Counter).Order().Distinct(), _server.Reports.Select(sent => sent.Counter));
        Assert.Empty(Directory.GetDirectories(Path.Combine(_agent.StatePath, "runs")));
        Assert.Empty(Directory.GetFiles(Path.Combine(_agent.StatePath, "content")));
    }

    [Fact]
    public async Task Once_Again_DoesAndReportsNothing()
    {
        var update = new TestUpdate(1);
        _server.Add(update, DecisionAction.Install);
        var first = await _agent.OnceAsync(Token);
        _server.Content.Requests.Clear();
        _server.Reports.Clear();

        var second = await _agent.OnceAsync(Token);

        Assert.True(second.IsOk, second.ToJson());
        Assert.Equal(first.AgentId, second.AgentId);
        Assert.Equal(first.Incarnation, second.Incarnation);
        Assert.False(second.IsFullSync);
        Assert.Equal((0, 0, 1), (second.DecisionsReceived, second.DocumentsFetched, second.DecisionsHeld));
        Assert.Empty(second.Installed);
        Assert.Empty(_server.Content.Requests);
        Assert.Equal(update.Id.ToString(), Assert.Single(_agent.Ran));

        // It says that it is there, and nothing else.
        Assert.Empty(Assert.Single(_server.Reports).Statuses);
    }

    [Fact]
    public async Task Once_NotApproved_ReportsNeededAndInstallsNothing()
    {
        var needed = new TestUpdate(1);
        var foreign = new TestUpdate(2) { IsInstallable = "<lar:False/>" };
        var category = new TestUpdate(3) { Type = "Category", Script = null, IsInstalled = "<lar:True/>" };
        foreach (var update in (TestUpdate[])[needed, foreign, category]) _server.Add(update, DecisionAction.Evaluate);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal(needed.Id, Assert.Single(report.Needed).UpdateId);
        Assert.Equal(3, report.Evaluated);
        Assert.Empty(_agent.Ran);
        Assert.Empty(_server.Content.Requests);
        Assert.Equal(UpdateState.NotInstalled, _server.StatusOf(needed)!.State);
        Assert.Equal(UpdateState.NotApplicable, _server.StatusOf(foreign)!.State);
        Assert.Null(_server.StatusOf(category));
    }

    [Theory]
    [InlineData("exit 0", 0, "but it is not installed")]
    [InlineData("exit 5", 5, "code 5")]
    [InlineData("sleep 60", unchecked((int)0x800705B4), "did not end within")]
    public async Task Once_InstallationThatDoesNotDoIt_IsFailed(string script, int code, string reason)
    {
        _agent.Options = _agent.Options with { InstallTimeout = TimeSpan.FromSeconds(script.StartsWith("sleep", StringComparison.Ordinal) ? 0.3 : 20) };
        var update = new TestUpdate(1) { Script = $"echo output of the test\n{script}" };
        _server.Add(update, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.False(report.IsOk);
        var failed = Assert.Single(report.Failed);
        Assert.Equal(code, failed.Code);
        Assert.Contains(reason, failed.Reason, StringComparison.Ordinal);
        Assert.Equal((UpdateState.Failed, code), (_server.StatusOf(update)!.State, _server.StatusOf(update)!.ResultCode));
        Assert.Contains("output of the test", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(_agent.StatePath, "logs"))), Token), StringComparison.Ordinal);
        Assert.Empty(report.Installed);
    }

    [Fact]
    public async Task Once_FailureAndRuleTrueAllTheSame_IsInstalled()
    {
        var update = new TestUpdate(1) { Script = TestUpdate.MarkerScript + "\nexit 7" };
        _server.Add(update, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.Equal("Installed", Assert.Single(report.Installed).State);
        Assert.Equal(UpdateState.Installed, _server.StatusOf(update)!.State);
    }

    [Fact]
    public async Task Once_RestartAskedFor_IsPendingAndNotRunAgain()
    {
        var update = new TestUpdate(1) { Script = "echo x >> \"$HIERARCHY_ROOT/ran.txt\"\nexit 10" };
        _server.Add(update, DecisionAction.Install);

        var first = await _agent.OnceAsync(Token);
        var second = await _agent.OnceAsync(Token);

        Assert.Equal("InstalledPendingReboot", Assert.Single(first.Installed).State);
        Assert.True(second.IsOk, second.ToJson());
        Assert.Single(_agent.Ran);
        Assert.Equal(UpdateState.InstalledPendingReboot, _server.StatusOf(update)!.State);
    }

    [Fact]
    public async Task Once_ApprovalWithdrawnWhileDownloading_InstallsNothing()
    {
        var update = new TestUpdate(1);
        var number = _server.Add(update, DecisionAction.Install);
        _server.Content.Before = _ =>
        {
            _server.Decide(number, DecisionAction.Evaluate);
            return Task.FromResult<int?>(null);
        };

        var report = await _agent.OnceAsync(Token);

        Assert.Empty(_agent.Ran);
        Assert.Empty(report.Installed);
        Assert.Contains(report.Skipped, skipped => skipped.Reason.Contains("withdrawn", StringComparison.Ordinal));
        Assert.Equal(UpdateState.NotInstalled, _server.StatusOf(update)!.State);
    }

    [Fact]
    public async Task Once_HandlerOfAnotherPlatform_IsSkippedWithTheReason()
    {
        var update = new TestUpdate(1) { Handler = "Cbs" };
        _server.Add(update, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Contains("Cbs is not supported", Assert.Single(report.Skipped).Reason, StringComparison.Ordinal);
        Assert.Equal(UpdateState.NotInstalled, _server.StatusOf(update)!.State);
    }

    [Fact]
    public async Task Once_Bundle_InstallsItsNeededChildrenInDocumentOrder()
    {
        var later = new TestUpdate(1);
        var present = new TestUpdate(2) { IsInstalled = "<lar:True/>" };
        var inner = new TestUpdate(3);
        var middle = new TestUpdate(4) { Script = null, Bundled = [inner] };
        var bundle = new TestUpdate(5) { Script = null, Bundled = [middle, present, later] };
        foreach (var child in (TestUpdate[])[later, present, inner, middle]) _server.Add(child, DecisionAction.Bundle);
        _server.Add(bundle, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal([inner.Id.ToString(), later.Id.ToString()], _agent.Ran);
        Assert.Equal(bundle.Id, Assert.Single(report.Installed).UpdateId);
        foreach (var update in (TestUpdate[])[bundle, middle, inner, later]) Assert.Equal(UpdateState.Installed, _server.StatusOf(update)!.State);
    }

    [Fact]
    public async Task Once_BundleWhoseChildFails_IsFailedAndStopsThere()
    {
        var bad = new TestUpdate(1) { Script = "exit 9" };
        var after = new TestUpdate(2);
        var bundle = new TestUpdate(3) { Script = null, Bundled = [bad, after] };
        foreach (var child in (TestUpdate[])[bad, after]) _server.Add(child, DecisionAction.Bundle);
        _server.Add(bundle, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.Equal(9, Assert.Single(report.Failed).Code);
        Assert.Empty(_agent.Ran);
        Assert.Equal(UpdateState.Failed, _server.StatusOf(bundle)!.State);
    }

    [Fact]
    public async Task Once_UpdateThatAnotherMakesApplicable_FollowsInTheSameCycle()
    {
        var second = new TestUpdate(1) { Prerequisites = [new TestUpdate(2).Id] };
        var first = new TestUpdate(2);
        _server.Add(second, DecisionAction.Install);
        _server.Add(first, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal([first.Id.ToString(), second.Id.ToString()], _agent.Ran);
    }

    [Fact]
    public async Task Once_SupersededByAnotherApproved_InstallsTheLaterAlone()
    {
        var old = new TestUpdate(1);
        var later = new TestUpdate(2) { Superseded = [old.Id] };
        _server.Add(old, DecisionAction.Install);
        _server.Add(later, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal(later.Id.ToString(), Assert.Single(_agent.Ran));
        Assert.Contains(report.Skipped, skipped => skipped.UpdateId == old.Id && skipped.Reason.Contains("superseded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Once_ServerBehind_KeepsDecisionsAndStartsNothing()
    {
        await _agent.OnceAsync(Token);
        _server.Add(new TestUpdate(1), DecisionAction.Install);
        _server.IsBehind = true;

        var report = await _agent.OnceAsync(Token);

        Assert.False(report.IsOk);
        Assert.True(report.IsServerBehind);
        Assert.Equal("100@1", report.Position);
        Assert.Empty(_agent.Ran);
    }

    [Fact]
    public async Task Once_FirstServerGone_UsesTheNext()
    {
        var gone = await FakeServer.StartAsync();
        var goneUrl = gone.Url;
        await gone.DisposeAsync();
        _server.Located = [goneUrl, _server.Url];
        _agent.Options = _agent.Options with { Servers = [goneUrl, _server.Url] };

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal(_server.Url, report.Server!.GrpcUrl);
        Assert.Equal(_server.Url, report.Server.LocatedBy);
    }

    [Fact]
    public async Task Once_ReportRefused_KeepsTheStatesForTheNextTime()
    {
        var update = new TestUpdate(1);
        _server.Add(update, DecisionAction.Install);
        _server.RefusesReports = StatusCode.Unavailable;

        var first = await _agent.OnceAsync(Token);
        _server.RefusesReports = null;
        var second = await _agent.OnceAsync(Token);

        Assert.False(first.IsOk);
        Assert.Equal(1, first.StatusesPending);
        Assert.Single(first.Installed);
        Assert.True(second.IsOk, second.ToJson());
        Assert.Equal(UpdateState.Installed, Assert.Single(_server.Reports).Statuses.Single().State);
        Assert.Equal(0, second.StatusesPending);
    }

    [Fact]
    public async Task Once_FullReportWanted_SendsEveryStateOnce()
    {
        for (var number = 1; number <= 3; number++) _server.Add(new TestUpdate(number), DecisionAction.Evaluate);
        await _agent.OnceAsync(Token);
        _server.Reports.Clear();
        _server.WantsFullReport = true;

        await _agent.OnceAsync(Token);

        Assert.Equal([0, 3], _server.Reports.Select(report => report.Statuses.Count));
    }

    [Fact]
    public async Task Once_DamagedDocument_IsLeftOutAndTheOthersGoOn()
    {
        var damaged = new TestUpdate(1);
        var good = new TestUpdate(2);
        _server.Add(damaged, DecisionAction.Install, isDamaged: true);
        _server.Add(good, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.Equal(good.Id.ToString(), Assert.Single(_agent.Ran));
        Assert.Equal((2, 1), (report.DecisionsHeld, report.Evaluated));
    }

    [Fact]
    public async Task Once_WithdrawnUpdate_IsForgotten()
    {
        var number = _server.Add(new TestUpdate(1), DecisionAction.Evaluate);
        await _agent.OnceAsync(Token);
        _server.Withdraw(number);

        var report = await _agent.OnceAsync(Token);

        Assert.Equal((0, 0), (report.DecisionsHeld, report.Evaluated));
    }

    [Fact]
    public async Task Once_ApprovedAfterTheFirstSync_FetchesNoDocumentAgain()
    {
        var update = new TestUpdate(1);
        var number = _server.Add(update, DecisionAction.Evaluate);
        await _agent.OnceAsync(Token);
        _server.Decide(number, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.Single(report.Installed);
        Assert.Equal(1, _server.DocumentsSent);
    }

    [Theory]
    [InlineData("../../../evil.sh")]
    [InlineData(@"..\..\evil.sh")]
    [InlineData("/tmp/evil.sh")]
    public async Task Once_FileNameThatLeavesTheFolder_StaysInIt(string name)
    {
        var update = new TestUpdate(1) { ProgramName = name, Script = "ls \"$HIERARCHY_FILES\" > \"$HIERARCHY_ROOT/listing.txt\"\n" + TestUpdate.MarkerScript };
        _server.Add(update, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal("evil.sh", (await File.ReadAllTextAsync(Path.Combine(_agent.Root, "listing.txt"), Token)).Trim());
    }

    [Fact]
    public async Task Once_InstallerProgram_GetsItsArgumentsAndItsEnvironment()
    {
        var update = new TestUpdate(1)
        {
            Arguments = """/quiet "two words" """,
            Script = """
                printf '%s|' "$@" "$HIERARCHY_FACTS" "$PWD" "$HIERARCHY_FILES" "$HIERARCHY_REVISION_NUMBER" > "$HIERARCHY_ROOT/seen.txt"
                """ + "\n" + TestUpdate.MarkerScript,
        };
        _server.Add(update, DecisionAction.Install);

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        var seen = (await File.ReadAllTextAsync(Path.Combine(_agent.Root, "seen.txt"), Token)).Split('|');
        Assert.Equal(["/quiet", "two words", _agent.FactsPath], seen[..3]);
        Assert.Equal(seen[3], seen[4]);
        Assert.Equal("100", seen[5]);
    }

    [Fact]
    public async Task Once_WrongBytes_AreRefusedAndReported()
    {
        var update = new TestUpdate(1);
        _server.Add(update, DecisionAction.Install);
        var bytes = update.Files.Single().Bytes;
        _server.Content.Put(TestUpdate.Sha1(bytes), Encoding.UTF8.GetBytes(new string('x', bytes.Length)));

        var report = await _agent.OnceAsync(Token);

        Assert.Equal(unchecked((int)0x80246002), Assert.Single(report.Failed).Code);
        Assert.Empty(_agent.Ran);
        Assert.Empty(Directory.GetFiles(Path.Combine(_agent.StatePath, "content")));
        Assert.Equal(UpdateState.Failed, _server.StatusOf(update)!.State);
    }

    [Fact]
    public async Task Once_CorruptIdentity_StartsAnewUnderALaterIncarnation()
    {
        _server.Add(new TestUpdate(1), DecisionAction.Evaluate);
        var first = await _agent.OnceAsync(Token);
        await File.WriteAllTextAsync(Path.Combine(_agent.StatePath, "agent.json"), $$"""{ "Format": 0, "Id": "{{first.AgentId}}", "Incarnation": {{first.Incarnation}}, "Counter": 5 }""", Token);

        var second = await _agent.OnceAsync(Token);

        Assert.Equal(first.AgentId, second.AgentId);
        Assert.True(second.Incarnation > first.Incarnation);
        Assert.True(second.IsFullSync);
        Assert.Single(_server.Reports.Last().Statuses);
    }

    [Fact]
    public async Task Once_TornStateFiles_AreLearntAgain()
    {
        var update = new TestUpdate(1);
        _server.Add(update, DecisionAction.Install);
        await _agent.OnceAsync(Token);
        foreach (var name in (string[])["decisions.log", "documents.pack", "statuses.log", "install.journal"])
        {
            var path = Path.Combine(_agent.StatePath, name);
            var bytes = await File.ReadAllBytesAsync(path, Token);
            bytes[^1] ^= 0xFF;
            await File.WriteAllBytesAsync(path, bytes, Token);
        }

        var report = await _agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal(1, report.DecisionsHeld);
        Assert.Single(_agent.Ran);
        Assert.Equal(UpdateState.Installed, _server.StatusOf(update)!.State);
    }
}
