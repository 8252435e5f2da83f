using System.Collections.Concurrent;
using System.Text.Json;
using Hierarchy.Protocol.Client.V1;
using Xunit;
using DecisionAction = Hierarchy.Domain.Approvals.DecisionAction;

namespace Hierarchy.Tests.Agent;

public sealed class LiveAgentTests
{
    private readonly ConcurrentQueue<JsonElement> _events = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ApprovalWhileConnected_InstallsAtOnceAndTellsEachStep()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        var update = new TestUpdate(1);
        var number = server.Add(update, DecisionAction.Evaluate);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        await HasAsync("synced");
        await Waiting.ForAsync(() => server.StatusOf(update)?.State == UpdateState.NotInstalled, "it is reported as needed", Token);

        server.Decide(number, DecisionAction.Install);
        await HasAsync("installed");
        await Waiting.ForAsync(() => server.StatusOf(update)?.State == UpdateState.Installed, "it is reported as installed", Token);
        await stop.CancelAsync();
        await running;

        var decisions = Of("decisions").Single();
        Assert.Equal($"{server.Sequence}@1", decisions.GetProperty("position").GetString());
        Assert.Equal(update.Id, decisions.GetProperty("updates")[0].GetProperty("update_id").GetGuid());
        Assert.Equal("Install", decisions.GetProperty("updates")[0].GetProperty("action").GetString());
        var received = decisions.GetProperty("received_unix_ns").GetInt64();
        Assert.True(received <= Of("installed").Single().GetProperty("unix_ns").GetInt64());
        Assert.True(Math.Abs(received - ((DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100)) < 60_000_000_000);
        Assert.Equal(1, server.DocumentsSent);
        Assert.Equal(update.Id.ToString(), Assert.Single(agent.Ran));
    }

    [Fact]
    public async Task Run_NewUpdateWhileConnected_FetchesItsDocument()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        await HasAsync("synced");

        var update = new TestUpdate(1);
        server.Add(update, DecisionAction.Install);
        await HasAsync("installed");
        await stop.CancelAsync();
        await running;

        Assert.Single(agent.Ran);
    }

    [Fact]
    public async Task Run_LogGoesOnWithoutThisComputer_StaysQuiet()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        await HasAsync("reported");
        for (var count = 0; count < 20; count++) server.Advance();

        var update = new TestUpdate(1);
        server.Add(update, DecisionAction.Install);
        await HasAsync("installed");
        await stop.CancelAsync();
        await running;

        var decisions = Of("decisions").Single();
        Assert.Equal($"{server.Sequence}@1", decisions.GetProperty("position").GetString());
        Assert.Equal(0, Of("reported").First().GetProperty("statuses").GetInt32());
    }

    [Fact]
    public async Task Run_FailedInstallation_IsNotTriedAgainAtOnce()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        var bad = new TestUpdate(1) { Script = "echo x >> \"$HIERARCHY_ROOT/ran.txt\"\nexit 4" };
        server.Add(bad, DecisionAction.Install);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        await HasAsync("failed");

        var good = new TestUpdate(2);
        server.Add(good, DecisionAction.Install);
        await HasAsync("installed");
        await stop.CancelAsync();
        await running;

        Assert.Equal(["x", good.Id.ToString()], agent.Ran);
    }

    [Fact]
    public async Task Run_ServerGoesAway_GoesOnWithTheNextFromItsPosition()
    {
        var first = await FakeServer.StartAsync();
        await using var second = await FakeServer.StartAsync();
        first.Located = second.Located = [first.Url, second.Url];
        using var agent = new AgentUnderTest(first.Url, second.Url);
        var update = new TestUpdate(1);
        first.Add(update, DecisionAction.Evaluate);
        var number = second.Add(update, DecisionAction.Evaluate);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = agent.RunAsync(_events.Enqueue, stop.Token);
        await HasAsync("synced");

        await first.DisposeAsync();
        await Waiting.ForAsync(() => Of("synced").Count() == 2, "it is with the second server", Token);
        second.Decide(number, DecisionAction.Install);
        await HasAsync("installed");
        await stop.CancelAsync();
        await running;

        Assert.Equal(second.Url, Of("synced").Last().GetProperty("server").GetString());
        Assert.NotEmpty(Of("disconnected"));

        // The position means the same on both: nothing is sent twice.
        Assert.Equal(101, second.Syncs.First().Position.Sequence);
        Assert.Equal(0, second.DocumentsSent);
    }

    private IEnumerable<JsonElement> Of(string name) => _events.Where(line => line.GetProperty("event").GetString() == name);

    private Task HasAsync(string name) => Waiting.ForAsync(() => Of(name).Any(), $"the agent says '{name}'", Token);
}
