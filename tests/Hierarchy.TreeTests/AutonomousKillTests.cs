using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Testing.Tree;
using Xunit;

namespace Hierarchy.TreeTests;

/// <summary>A root, a server that decides for itself, a replica and agents below both: killed with kill -9 while both decide.</summary>
public sealed class AutonomousKillTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Autonomous_AndItsReplicaKilled_LoseNothingAndAreEqualInBothLogs()
    {
        await using var tree = new TestTree("hierarchy-autonomous-");
        var upstream = tree.AddUpstream(new UpstreamNode.Catalog { Generated = 100, Demo = 2 });
        await upstream.StartAsync(Token);
        var root = tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = upstream.Url });
        await root.StartAsync(Token);
        await root.TakeEverythingAsync(Token);
        using (var sync = root.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token))
            await foreach (var _ in sync.ResponseStream.ReadAllAsync(Token)) { }
        var lab = tree.AddServer("lab", new ServerNode.Place { Parent = root.GrpcUrl, IsAutonomous = true });
        await lab.StartAsync(Token);
        var bench = tree.AddServer("bench", new ServerNode.Place { Parent = lab.GrpcUrl });
        await bench.StartAsync(Token);
        var installable = (await root.Admin.ListUpdatesAsync(new ListUpdatesRequest { Text = "Demo", PageSize = 10 }, cancellationToken: Token)).Updates;
        Assert.True(installable.Count >= 2, "The catalog has no two updates with installers that work.");
        var (theirs, ours) = (IdOf(installable[0]), IdOf(installable[1]));
        await Until.TrueAsync("the lab to have the catalog", Patience, async token => (await lab.LogStateAsync(token)).Equals(await root.LogStateAsync(token)), Token);

        // Groups at the lab, one after the other, noted when they are acknowledged, while the lab and its replica are killed.
        var acknowledged = new List<string>();
        foreach (var victim in new[] { lab, bench, lab, bench, lab })
        {
            for (var i = 0; i < 5; i++)
            {
                var name = $"group-{acknowledged.Count}";
                await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = name }, cancellationToken: Token);
                acknowledged.Add(name);
            }

            await victim.KillAsync(Token);
            await victim.StartAsync(Token);
        }

        await ApproveAsync(root, theirs);
        await ApproveAsync(lab, ours);
        await Until.TrueAsync("all to be equal", Patience, async token =>
            (await lab.LogStateAsync(token)).Equals(await root.LogStateAsync(token)) && (await bench.LogStateAsync(token)).Equals(await root.LogStateAsync(token))
            && await bench.OverlayAsync(token) is { } overlay && overlay == await lab.OverlayAsync(token), Token);
        Assert.Null(await root.OverlayAsync(Token));
        foreach (var server in new[] { lab, bench })
        {
            var groups = (await server.Admin.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: Token)).Groups.Select(group => group.Record.Name).ToArray();
            Assert.Empty(acknowledged.Except(groups));
            Assert.Equal(acknowledged.Count + 2, groups.Length);
        }

        // Real agents: each installs what its own side approved, and nothing else.
        foreach (var (server, wanted) in new[] { (root, theirs), (bench, ours) })
        {
            var agent = tree.AddAgent($"pc-at-{server.Name}", new AgentNode.Computer { Address = "127.0.0.1", Servers = [server.GrpcUrl], Groups = [] });
            await agent.StartAsync(Token);
            await Until.TrueAsync($"the agent at the {server.Name} to report", Patience, async token => (await StatesAsync(root, wanted, token)).Contains(agent.Name), Token);
            Assert.DoesNotContain(agent.Name, await StatesAsync(root, wanted == ours ? theirs : ours, Token));
        }
    }

    private static string IdOf(Update update) => new Guid(update.Head.UpdateId.Span, bigEndian: true).ToString("D");

    private static async Task ApproveAsync(ServerNode server, string update) =>
        await server.Admin.ApproveAsync(new ApproveRequest { Update = update, Group = "All Computers", Action = ApprovalAction.Install }, cancellationToken: Token);

    /// <summary>Names of the computers that have it installed.</summary>
    private static async Task<IReadOnlyList<string>> StatesAsync(ServerNode server, string update, CancellationToken cancellationToken) =>
        [.. (await server.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = update }, cancellationToken: cancellationToken)).Computers
            .Where(computer => computer.State == Hierarchy.Protocol.Client.V1.UpdateState.Installed).Select(computer => computer.Computer)];
}
