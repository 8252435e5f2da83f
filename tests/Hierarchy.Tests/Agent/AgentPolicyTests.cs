using System.Collections.Concurrent;
using System.CommandLine;
using System.Text.Json;
using Hierarchy.Agent;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Testing;
using Xunit;
using File = System.IO.File;
using DecisionAction = Hierarchy.Domain.Approvals.DecisionAction;

namespace Hierarchy.Tests.Agent;

/// <summary>An agent that acts on its policy, on deadlines, and on what its user says. The clock stands still unless a test moves it: 18:00 UTC at first.</summary>
public sealed class AgentPolicyTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 13, 18, 0, 0, TimeSpan.Zero);

    private readonly ConcurrentQueue<JsonElement> _events = new();
    private readonly ManualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AutomaticUpdates.Notify, 0, UpdateState.NotInstalled)]
    [InlineData(AutomaticUpdates.Download, 1, UpdateState.Downloaded)]
    [InlineData(AutomaticUpdates.NotifyInstallAndRestart, 1, UpdateState.Downloaded)]
    public async Task Once_ModeThatAsks_WaitsUntilTheUserSaysSo(AutomaticUpdates mode, int downloads, UpdateState state)
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url) { Time = _time };
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = mode });
        var (update, other) = (new TestUpdate(1), new TestUpdate(2));
        server.Add(update, DecisionAction.Install);
        server.Add(other, DecisionAction.Install);

        var first = await agent.OnceAsync(Token);

        Assert.True(first.IsOk, first.ToJson());
        Assert.Equal((downloads * 2, 2, 0), (first.Downloaded.Count, first.Waiting.Count, first.Installed.Count));
        Assert.Empty(agent.Ran);
        Assert.Equal(state, server.StatusOf(update)?.State);
        var pending = Say(agent, "pending");
        Assert.Equal(0, pending.Code);
        Assert.Equal([update.Id, other.Id], Ids(pending.Out).Order());

        Assert.Equal([update.Id], Ids(Say(agent, "install-now", "--update", update.Id.ToString()[..13]).Out));
        var second = await agent.OnceAsync(Token);

        Assert.Equal([update.Id], second.Installed.Select(line => line.UpdateId));
        Assert.Equal([other.Id], second.Waiting.Select(line => line.UpdateId));
        Assert.Equal(0, Say(agent, "install-now").Code);
        Assert.Equal([other.Id], (await agent.OnceAsync(Token)).Installed.Select(line => line.UpdateId));
        Assert.Empty(Directory.GetFiles(Path.Combine(agent.StatePath, "wanted")));
        Assert.Equal(1, Say(agent, "install-now").Code);
    }

    [Fact]
    public async Task Once_Scheduled_FetchesAtOnceAndInstallsAtTheTime()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url) { Time = _time };
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Scheduled });
        server.Add(new TestUpdate(1), DecisionAction.Install);

        var before = await agent.OnceAsync(Token);
        Assert.Equal((1, Start.AddHours(9)), (before.Downloaded.Count, Assert.Single(before.Waiting).Until!.Value));
        _time.Advance(TimeSpan.FromHours(9) - TimeSpan.FromSeconds(1));
        Assert.Empty((await agent.OnceAsync(Token)).Installed);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single((await agent.OnceAsync(Token)).Installed);

        // What comes a moment later waits for the next day.
        server.Add(new TestUpdate(2), DecisionAction.Install);
        var next = await agent.OnceAsync(Token);
        Assert.Equal(Start.AddHours(33), Assert.Single(next.Waiting).Until);
        Assert.Empty(next.Installed);
    }

    [Fact]
    public async Task Run_ScheduledTimeWasMissed_InstallsOneMinuteAfterTheStart()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url) { Time = _time };
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Scheduled, Schedule = new InstallSchedule { Day = 0, Hour = 20 } });
        var update = new TestUpdate(1);
        server.Add(update, DecisionAction.Install);
        Assert.Single((await agent.OnceAsync(Token)).Waiting);
        _time.Advance(TimeSpan.FromHours(3));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        var waiting = await HasAsync("waiting");
        Assert.Equal(Start.AddHours(3).AddMinutes(1), waiting.GetProperty("updates")[0].GetProperty("until").GetDateTimeOffset());
        Assert.Empty(agent.Ran);
        await AdvanceUntilAsync(TimeSpan.FromMinutes(1), "installed");
        await stop.CancelAsync();
        await running;

        Assert.Equal([update.Id.ToString()], agent.Ran);
    }

    [Theory]
    [InlineData(DecisionAction.Install)]
    [InlineData(DecisionAction.Uninstall)]
    public async Task Run_DeadlineFallsDue_IsKeptWhateverTheMode(DecisionAction action)
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url) { Time = _time };
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Notify });
        var update = new TestUpdate(1) { UninstallScript = TestUpdate.RemovalScript };
        if (action == DecisionAction.Uninstall) agent.Touch(update);
        server.Add(update, action, deadline: Start.AddHours(2));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        await HasAsync("waiting");
        Assert.Empty(agent.Ran);
        await AdvanceUntilAsync(TimeSpan.FromHours(2), action == DecisionAction.Install ? "installed" : "removed");
        await stop.CancelAsync();
        await running;

        Assert.Single(agent.Ran);
        Assert.Equal(action == DecisionAction.Install, agent.Has(update));
    }

    [Fact]
    public async Task Once_DeadlineOfThePast_IsDueAtTheNextContact()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url) { Time = _time };
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Notify });
        var (late, offered) = (new TestUpdate(1), new TestUpdate(2));
        server.Add(late, DecisionAction.Install, deadline: Start.AddDays(-1));
        server.Add(offered, DecisionAction.OptionalInstall);

        var report = await agent.OnceAsync(Token);

        Assert.Equal([late.Id], report.Installed.Select(line => line.UpdateId));
        Assert.Equal(("OptionalInstall", offered.Id), (Assert.Single(report.Waiting).Action, report.Waiting[0].UpdateId));
        // What is merely offered must be named.
        Assert.Equal(1, Say(agent, "install-now").Code);
        Assert.Equal(0, Say(agent, "install-now", "--update", offered.Id.ToString()).Code);
        Assert.Equal([offered.Id], (await agent.OnceAsync(Token)).Installed.Select(line => line.UpdateId));
    }

    [Fact]
    public async Task Run_PolicyChanges_ActsByTheNewOne()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Notify });
        server.Add(new TestUpdate(1), DecisionAction.Install);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        await HasAsync("waiting");
        Assert.Empty(agent.Ran);
        server.SetPolicy(policy: null);
        await HasAsync("installed");
        await stop.CancelAsync();
        await running;

        Assert.Single(agent.Ran);
    }

    [Fact]
    public async Task Run_UserSpeaks_IsHeardWithinSeconds()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Download });
        server.Add(new TestUpdate(1), DecisionAction.Install);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        await HasAsync("waiting");
        Assert.Equal(0, Say(agent, "install-now").Code);
        await HasAsync("installed");
        await stop.CancelAsync();
        await running;

        Assert.Single(agent.Ran);
    }

    [Fact]
    public async Task InstallNow_WhereUsersAreBlockedOrNothingWaits_IsRefusedAndWritesNothing()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url) { Time = _time };
        Assert.Equal(1, Say(agent, "install-now").Code);
        Assert.Equal(1, Say(agent, "pending").Code);
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Download, BlockUserAccess = true });
        server.Add(new TestUpdate(1), DecisionAction.Install);
        await agent.OnceAsync(Token);

        var blocked = Say(agent, "install-now");
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Download });
        await agent.OnceAsync(Token);
        var unknown = Say(agent, "install-now", "--update", "ffffffff");

        Assert.Equal((1, 1), (blocked.Code, unknown.Code));
        Assert.Contains("block-users", blocked.Error, StringComparison.Ordinal);
        Assert.Contains("'ffffffff'", unknown.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(agent.StatePath, "wanted")));
        Assert.Empty(agent.Ran);
    }

    [Theory]
    [InlineData("""{ "au_options": 3 }""", 1, 0)]
    [InlineData("""{ "au_options": 2 }""", 0, 0)]
    [InlineData("""{ }""", 1, 1)]
    [InlineData("""{ "au_option": 3 }""", 0, 0)]
    [InlineData("""{ "au_options": 5 }""", 0, 0)]
    [InlineData(null, 1, 1)]
    public async Task Once_LocalChoice_IsWhatItsFileSays(string? settings, int downloads, int installs)
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url) { Time = _time };
        Directory.CreateDirectory(agent.StatePath);
        if (settings is not null) await File.WriteAllTextAsync(Path.Combine(agent.StatePath, "settings.json"), settings, Token);
        server.SetPolicy(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Local });
        server.Add(new TestUpdate(1), DecisionAction.Install);

        var report = await agent.OnceAsync(Token);

        Assert.Equal((downloads, installs), (report.Downloaded.Count, report.Installed.Count));
    }

    [Fact]
    public async Task Once_AlternateServer_IsAskedForFilesFirst()
    {
        await using var server = await FakeServer.StartAsync();
        await using var alternate = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        server.SetPolicy(new ClientPolicy { AlternateDownloadServer = alternate.Content.Url });
        var update = new TestUpdate(1);
        server.Add(update, DecisionAction.Install);
        alternate.Add(update, DecisionAction.Install);

        var report = await agent.OnceAsync(Token);

        Assert.StartsWith(alternate.Content.Url, Assert.Single(report.Downloaded).From, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DetectionFrequency_IsThePolicys()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url) { Time = _time };
        server.SetPolicy(new ClientPolicy { DetectionHours = 1 });
        var update = new TestUpdate(1) { Script = "echo x >> \"$HIERARCHY_ROOT/ran.txt\"\nexit 4" };
        server.Add(update, DecisionAction.Install);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        await HasAsync("failed");
        // What failed is tried again at the next detection, which would be 17 hours away without the policy.
        await AdvanceUntilAsync(TimeSpan.FromHours(1), "failed", count: 2);
        await stop.CancelAsync();
        await running;

        Assert.Equal(["x", "x"], agent.Ran);
    }

    private static (int Code, string Out, string Error) Say(AgentUnderTest agent, params string[] arguments)
    {
        var configuration = new InvocationConfiguration { Output = new StringWriter(), Error = new StringWriter() };
        var code = AgentCommand.Create().Parse([.. arguments, "--state", agent.StatePath]).Invoke(configuration);
        return (code, configuration.Output.ToString()!, configuration.Error.ToString()!); // A StringWriter's text is never null.
    }

    private static Guid[] Ids(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("updates").EnumerateArray().Select(line => line.GetProperty("update_id").GetGuid())];
    }

    private async Task<JsonElement> HasAsync(string name, int count = 1)
    {
        await Waiting.ForAsync(() => Of(name).Count >= count, $"{name} {count} times", Token);
        return Of(name)[^1];
    }

    // The agent sets its timer some time after it said what it waits for: the clock goes on until it has heard it.
    private async Task AdvanceUntilAsync(TimeSpan first, string name, int count = 1)
    {
        _time.Advance(first);
        await Waiting.ForAsync(
            () =>
            {
                if (Of(name).Count >= count) return true;
                _time.Advance(TimeSpan.FromMilliseconds(1));
                return false;
            },
            $"{name} {count} times", Token);
    }

    private List<JsonElement> Of(string name) => [.. _events.Where(line => line.GetProperty("event").GetString() == name)];
}
