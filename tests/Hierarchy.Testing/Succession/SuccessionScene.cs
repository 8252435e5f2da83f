using System.Text.Json;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Succession;

/// <summary>What an operator does when the root is lost, step by step, with real programs: a promotion, a restore from a copy of the files, and a promotion that is killed.</summary>
public sealed class SuccessionScene : IAsyncDisposable
{
    private const string Group = "Pilot";
    private const string Nowhere = "http://127.0.0.1:9";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly Guid Update = DemoUpdates.IdOf(1);

    private readonly TestTree _tree = new("hierarchy-succession-");

    /// <summary>What every program said.</summary>
    public string Logs => string.Join('\n', _tree.Nodes.Select(node => $"== {node.Name}\n{node.Log}"));

    /// <summary>The root burns down; a replica takes its place, a branch and its agent go on; the old root comes back and follows.</summary>
    public async Task PromoteAsync(CancellationToken cancellationToken)
    {
        // 1. A root with a catalog, two replicas, an agent below the second, which names both parents.
        var upstream = _tree.AddUpstream(new UpstreamNode.Catalog { Generated = 5 });
        await upstream.StartAsync(cancellationToken);
        var root = _tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = upstream.Url });
        await root.StartAsync(cancellationToken);
        await root.TakeEverythingAsync(cancellationToken);
        await CliAsync(root, cancellationToken, "sync", "run");
        await CliAsync(root, cancellationToken, "groups", "add", Group);
        await CliAsync(root, cancellationToken, "sites", "add", "branch", "--subnet", "127.0.1.0/24");
        var heir = _tree.AddServer("heir", new ServerNode.Place { Parent = root.GrpcUrl });
        await heir.StartAsync(cancellationToken);
        var branch = _tree.AddServer("branch", new ServerNode.Place { Parent = $"{root.GrpcUrl},{heir.GrpcUrl}", Site = "branch" });
        await branch.StartAsync(cancellationToken);
        await EqualAsync(root, cancellationToken, heir, branch);
        var agent = _tree.AddAgent("agent", new AgentNode.Computer { Address = "127.0.1.11", Servers = [branch.GrpcUrl], Groups = [Group] });
        await agent.StartAsync(cancellationToken);
        await DecideForAgentAsync(root, agent, cancellationToken);
        await EqualAsync(root, cancellationToken, heir, branch);

        // 2. The root is gone; what it decides at the last moment reaches nobody.
        await heir.StopAsync(cancellationToken);
        await branch.StopAsync(cancellationToken);
        await CliAsync(root, cancellationToken, "groups", "add", "Decided in vain");
        await root.KillAsync(cancellationToken);
        await heir.StartAsync(cancellationToken);
        await branch.StartAsync(cancellationToken);

        // 3. The operator promotes the heir: one command on its machine; nothing is restarted by hand.
        var promoted = await CliAsync(heir, cancellationToken, "servers", "promote", "heir", "--yes");
        Require(promoted.GetProperty("position").GetProperty("epoch").GetInt32() > 100_000, "The new epoch is not far above the old one's.");
        await CliAsync(heir, cancellationToken, "groups", "add", "After the promotion");
        await EqualAsync(heir, cancellationToken, branch);
        await DecideForAgentAsync(heir, agent, cancellationToken);

        // 4. The old root comes back as it was: it hears of the new one, and decides nothing any more, also after a restart.
        await root.StartAsync(cancellationToken);
        await Until.TrueAsync("the old root to give way", Patience, async token => (await SelfAsync(root, token)).Status.ReadOnly.Contains(heir.GrpcUrl, StringComparison.Ordinal), cancellationToken);
        await RefusesAsync(root, heir.GrpcUrl, cancellationToken);
        var stood = await root.LogStateAsync(cancellationToken);
        await root.StopAsync(cancellationToken);
        await root.StartAsync(cancellationToken);
        await RefusesAsync(root, heir.GrpcUrl, cancellationToken);
        Require(stood.Equals(await root.LogStateAsync(cancellationToken)), "The superseded root changed its log by a restart.");
        await root.StopAsync(cancellationToken);

        // 5. It is restarted as a replica of the new one, on the same data: what it alone decided is kept, and shown.
        await using var former = new ServerNode("root", root.Folder, new ServerNode.Place { Parent = heir.GrpcUrl });
        await former.StartAsync(cancellationToken);
        await EqualAsync(heir, cancellationToken, branch, former);
        await ShowsLostAsync(former, "group Decided in vain", cancellationToken);
    }

    /// <summary>The root's disk dies; an older copy of its files takes its place. Its replica is ahead of it.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        // 1. A root and a replica; the root is stopped for a moment, and its files are copied.
        var root = _tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = Nowhere });
        await root.StartAsync(cancellationToken);
        await CliAsync(root, cancellationToken, "groups", "add", "Before the copy");
        await root.StopAsync(cancellationToken);
        var copy = Path.Combine(_tree.Folder, "copy");
        Copy(root.Folder, copy);
        await root.StartAsync(cancellationToken);
        var branch = _tree.AddServer("branch", new ServerNode.Place { Parent = root.GrpcUrl });
        await branch.StartAsync(cancellationToken);

        // 2. It goes on deciding, and then its disk dies.
        await CliAsync(root, cancellationToken, "groups", "add", "After the copy");
        await EqualAsync(root, cancellationToken, branch);
        await root.KillAsync(cancellationToken);
        Directory.Delete(root.Folder, recursive: true);
        Copy(copy, root.Folder);

        // 3. From the copy it begins an epoch whose number is taken: it hears so from its replica, and decides nothing. The replica keeps what it has, and serves it.
        await root.StartAsync(cancellationToken);
        await Until.TrueAsync("the restored root to meet its former self", Patience, async token => (await SelfAsync(root, token)).Status.ReadOnly.Length > 0, cancellationToken);
        await RefusesAsync(root, "servers promote --yes", cancellationToken);
        Require((await branch.Admin.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: cancellationToken)).Groups.Any(group => group.Record.Name == "After the copy"), "The replica went back.");

        // 4. The operator says that the copy is the root. The replica follows, and keeps what the root has lost.
        await CliAsync(root, cancellationToken, "servers", "promote", "--yes");
        await CliAsync(root, cancellationToken, "groups", "add", "After the restore");
        await EqualAsync(root, cancellationToken, branch);
        await ShowsLostAsync(branch, "group After the copy", cancellationToken);
        var groups = (await branch.Admin.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: cancellationToken)).Groups.Select(group => group.Record.Name).ToArray();
        Require(groups.Contains("Before the copy") && groups.Contains("After the restore") && !groups.Contains("After the copy"), "The replica does not hold the restored root's state.");
    }

    /// <summary>The promoted server is killed at moments that the seed chooses: each time it is the replica that it was, or the root.</summary>
    public async Task KillThePromotedAsync(int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var root = _tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = Nowhere });
        await root.StartAsync(cancellationToken);
        await CliAsync(root, cancellationToken, "groups", "add", Group);
        var heir = _tree.AddServer("heir", new ServerNode.Place { Parent = root.GrpcUrl });
        await heir.StartAsync(cancellationToken);
        await EqualAsync(root, cancellationToken, heir);
        await root.KillAsync(cancellationToken);

        var isRoot = false;
        for (var attempt = 0; attempt < 4 && !isRoot; attempt++)
        {
            Task asking = new SuccessionAdminService.SuccessionAdminServiceClient(heir.Channel).PromoteAsync(new PromoteRequest { RequestedBy = "the test" }, cancellationToken: cancellationToken).ResponseAsync;
            await Task.Delay(random.Next(0, 400), cancellationToken);
            await heir.KillAsync(cancellationToken);
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await heir.StartAsync(cancellationToken);
            isRoot = (await new SuccessionAdminService.SuccessionAdminServiceClient(heir.Channel).GetPromotionOutlookAsync(new GetPromotionOutlookRequest(), cancellationToken: cancellationToken)).IsRoot;
        }

        if (!isRoot) await CliAsync(heir, cancellationToken, "servers", "promote", "--yes");
        await CliAsync(heir, cancellationToken, "groups", "add", "Decided");
        var groups = (await heir.Admin.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: cancellationToken)).Groups.Select(group => group.Record.Name).ToArray();
        Require(groups.Contains(Group) && groups.Contains("Decided"), "The promoted server lost what it held.");
        Require((await heir.LogStateAsync(cancellationToken)).Position.Epoch > 100_000, "It decides in an epoch of the old root's.");
    }

    public ValueTask DisposeAsync() => _tree.DisposeAsync();

    // An agent that reconnects just then takes the decision with the rest, and says nothing of its own: it is decided the other way round until the agent hears of it as it happens.
    private static async Task DecideForAgentAsync(ServerNode decider, AgentNode agent, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 8; attempt++)
        {
            var before = agent.EventsOf("decisions").Count();
            await CliAsync(decider, cancellationToken, "approve", Update.ToString("D"), "--group", Group, "--action", attempt % 2 == 0 ? "not-approved" : "install");
            try
            {
                await Until.TrueAsync("the agent to hear of it", TimeSpan.FromSeconds(15), _ => Task.FromResult(agent.EventsOf("decisions").Skip(before).Any(NamesUpdate)), cancellationToken);
                return;
            }
            catch (TimeoutException)
            {
                // It was on its way to another server.
            }
        }

        Require(false, $"The agent never heard of a decision of {decider.Name}.");
    }

    private static bool NamesUpdate(JsonElement said) => said.GetProperty("updates").EnumerateArray().Any(decision => decision.GetProperty("update_id").GetGuid() == Update);

    private static Task EqualAsync(ServerNode authority, CancellationToken cancellationToken, params ServerNode[] others) => Until.TrueAsync(
        $"{string.Join(" and ", others.Select(other => other.Name))} to equal {authority.Name}", Patience,
        async token =>
        {
            var state = await authority.LogStateAsync(token);
            foreach (var other in others)
                if (!state.Equals(await other.LogStateAsync(token)))
                    return false;
            return true;
        },
        cancellationToken);

    private static async Task<Server> SelfAsync(ServerNode server, CancellationToken cancellationToken) =>
        (await server.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: cancellationToken)).Servers.Single(listed => !listed.Digest.IsEmpty);

    private static async Task RefusesAsync(ServerNode server, string because, CancellationToken cancellationToken)
    {
        try
        {
            await server.Admin.AddGroupAsync(new AddGroupRequest { Name = "Refused" }, cancellationToken: cancellationToken);
        }
        catch (Grpc.Core.RpcException exception) when (exception.StatusCode == Grpc.Core.StatusCode.FailedPrecondition)
        {
            Require(exception.Status.Detail.Contains(because, StringComparison.Ordinal), $"{server.Name} refuses, and does not say {because}: {exception.Status.Detail}");
            return;
        }

        Require(false, $"{server.Name} decided.");
    }

    private static async Task ShowsLostAsync(ServerNode server, string description, CancellationToken cancellationToken)
    {
        var losses = (await CliAsync(server, cancellationToken, "servers", "lost")).GetProperty("losses");
        Require(losses.GetArrayLength() == 1, $"{server.Name} lists {losses.GetArrayLength()} losses, not one.");
        var shown = await CliAsync(server, cancellationToken, "servers", "lost", "--show", losses[0].GetProperty("loss_id").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture));
        Require(
            shown.GetProperty("records").EnumerateArray().Any(record => record.GetProperty("description").GetString()!.StartsWith(description, StringComparison.Ordinal)), // every record is described
            $"{server.Name} does not show '{description}': {shown}");
    }

    private static Task<JsonElement> CliAsync(ServerNode server, CancellationToken cancellationToken, params string[] verb) => CliProgram.RunAsync(server.GrpcUrl, progress: null, cancellationToken, verb);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.GetDirectories(from, "*", SearchOption.AllDirectories)) Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories)) File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }
}
