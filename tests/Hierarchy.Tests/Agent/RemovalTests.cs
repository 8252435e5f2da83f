using Hierarchy.Agent.Install;
using Hierarchy.Agent.Report;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Client.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using DecisionAction = Hierarchy.Domain.Approvals.DecisionAction;
using UpdateStateOnDisk = Hierarchy.Domain.Reports.UpdateState;

namespace Hierarchy.Tests.Agent;

/// <summary>Updates that are approved for removal.</summary>
public sealed class RemovalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Once_RemovalThatWorks_IsDoneOnceAndReportedAsNeededAgain()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        var update = new TestUpdate(1) { UninstallScript = TestUpdate.RemovalScript };
        var number = server.Add(update, DecisionAction.Install);
        Assert.Single((await agent.OnceAsync(Token)).Installed);
        server.Decide(number, DecisionAction.Uninstall);

        var removed = await agent.OnceAsync(Token);
        var after = await agent.OnceAsync(Token);

        Assert.True(removed.IsOk, removed.ToJson());
        Assert.Equal([(update.Id, "NotInstalled")], removed.Removed.Select(line => (line.UpdateId, line.State)));
        Assert.Equal(UpdateState.NotInstalled, server.StatusOf(update)?.State);
        Assert.False(agent.Has(update));
        Assert.Empty(after.Removed);
        Assert.Equal([$"{update.Id}", $"-{update.Id}"], agent.Ran);

        // And back.
        server.Decide(number, DecisionAction.Install);
        Assert.Single((await agent.OnceAsync(Token)).Installed);
        Assert.Equal(UpdateState.Installed, server.StatusOf(update)?.State);
    }

    [Theory]
    [InlineData("exit 4", 4, "code 4")]
    [InlineData("exit 0", 0, "still installed")]
    public async Task Once_RemovalThatFails_IsReportedAsFailedWhileItIsWanted(string script, int code, string why)
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        var update = new TestUpdate(1) { UninstallScript = script };
        agent.Touch(update);
        var number = server.Add(update, DecisionAction.Uninstall);

        var failed = await agent.OnceAsync(Token);

        Assert.Contains(why, Assert.Single(failed.Failed).Reason, StringComparison.Ordinal);
        Assert.Equal((UpdateState.Failed, code), (server.StatusOf(update)!.State, server.StatusOf(update)!.ResultCode));
        Assert.True(agent.Has(update));
        server.Decide(number, DecisionAction.Evaluate);
        await agent.OnceAsync(Token);
        Assert.Equal(UpdateState.Installed, server.StatusOf(update)?.State);
    }

    [Fact]
    public async Task Once_UpdateWithoutACommandForIt_SaysThatItCannotBeRemovedHere()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        var update = new TestUpdate(1);
        agent.Touch(update);
        server.Add(update, DecisionAction.Uninstall);

        var report = await agent.OnceAsync(Token);

        Assert.Contains("cannot be removed here", Assert.Single(report.Skipped).Reason, StringComparison.Ordinal);
        Assert.Empty(report.Downloaded);
        Assert.Equal(UpdateState.Installed, server.StatusOf(update)?.State);
    }

    [Fact]
    public async Task Once_UpdateThatIsNotThere_IsNotRemoved()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        server.Add(new TestUpdate(1) { UninstallScript = TestUpdate.RemovalScript }, DecisionAction.Uninstall);

        var report = await agent.OnceAsync(Token);

        Assert.Empty(agent.Ran);
        Assert.Empty(report.Removed);
        Assert.Empty(report.Downloaded);
    }

    [Fact]
    public async Task Once_Bundle_RemovesItsChildrenTheLastOneFirst()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        var (first, second) = (new TestUpdate(1) { UninstallScript = TestUpdate.RemovalScript }, new TestUpdate(2) { UninstallScript = TestUpdate.RemovalScript });
        var bundle = new TestUpdate(3) { Script = null, Bundled = [first, second] };
        agent.Touch(first);
        agent.Touch(second);
        server.Add(first, DecisionAction.Bundle);
        server.Add(second, DecisionAction.Bundle);
        server.Add(bundle, DecisionAction.Uninstall);

        var report = await agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal([$"-{second.Id}", $"-{first.Id}"], agent.Ran);
        Assert.Equal([bundle.Id], report.Removed.Select(line => line.UpdateId));
    }

    [Fact]
    public async Task Once_RemovalThatAsksForARestart_WaitsForIt()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        var update = new TestUpdate(1) { UninstallScript = "echo \"-$HIERARCHY_UPDATE_ID\" >> \"$HIERARCHY_ROOT/ran.txt\"\nexit 10" };
        agent.Touch(update);
        server.Add(update, DecisionAction.Uninstall);

        var report = await agent.OnceAsync(Token);
        await agent.OnceAsync(Token);

        Assert.Equal("InstalledPendingReboot", Assert.Single(report.Removed).State);
        Assert.Equal(UpdateState.InstalledPendingReboot, server.StatusOf(update)?.State);
        Assert.Single(agent.Ran);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Once_RemovalThatWasCutOff_IsFoundOutByTheScan(bool wasDone)
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        var update = new TestUpdate(1) { UninstallScript = TestUpdate.RemovalScript };
        var number = server.Add(update, DecisionAction.Install);
        await agent.OnceAsync(Token);
        server.Decide(number, DecisionAction.Uninstall);
        // What a kill leaves: an attempt that began, in the journal, and the computer before or after it.
        using (var folder = StateFolder.Open(agent.StatePath, TimeProvider.System, NullLogger.Instance))
        using (var journal = InstallJournal.Open(folder, NullLogger.Instance))
            journal.Write(new InstallAttempt { Id = update.RevisionId, IsRemoval = true, StartedAt = DateTimeOffset.UtcNow });
        if (wasDone) agent.Untouch(update);

        var report = await agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Equal(wasDone ? 0 : 1, report.Removed.Count);
        Assert.False(agent.Has(update));
        Assert.Equal(UpdateState.NotInstalled, server.StatusOf(update)?.State);
        using (var folder = StateFolder.Open(agent.StatePath, TimeProvider.System, NullLogger.Instance))
        using (var journal = InstallJournal.Open(folder, NullLogger.Instance))
        {
            Assert.True(journal.Last(update.RevisionId) is { IsRemoval: true, IsConfirmed: true }, "the journal knows how it ended");
            Assert.Contains(update.Id, journal.Installed);
        }
    }

    [Theory]
    // What the scan found, how the removal ended, whether it is wanted still: what is reported.
    [InlineData(UpdateStateOnDisk.Installed, true, false, true, UpdateStateOnDisk.Failed)]
    [InlineData(UpdateStateOnDisk.Installed, true, false, false, UpdateStateOnDisk.Installed)]
    [InlineData(UpdateStateOnDisk.Installed, true, true, true, UpdateStateOnDisk.InstalledPendingReboot)]
    [InlineData(UpdateStateOnDisk.Installed, false, false, true, UpdateStateOnDisk.Installed)]
    [InlineData(UpdateStateOnDisk.NotInstalled, true, false, true, UpdateStateOnDisk.NotInstalled)]
    [InlineData(UpdateStateOnDisk.NotApplicable, true, true, true, UpdateStateOnDisk.NotApplicable)]
    public void State_AfterARemoval_IsWhatItLeft(UpdateStateOnDisk scanned, bool hasEnded, bool needsRestart, bool isWanted, UpdateStateOnDisk expected)
    {
        var attempt = new InstallAttempt { Id = new RevisionId(Guid.NewGuid(), 1), IsRemoval = true, StartedAt = DateTimeOffset.UnixEpoch, FinishedAt = hasEnded ? DateTimeOffset.UnixEpoch : null, HasSucceeded = needsRestart, NeedsRestart = needsRestart, Boot = "boot" };

        Assert.Equal(expected, States.One(scanned, attempt, "boot", isWanted).State);
    }
}
