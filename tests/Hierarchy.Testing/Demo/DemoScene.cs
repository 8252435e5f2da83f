using System.Globalization;
using System.Text.Json;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Demo;

/// <summary>
/// The scene: a root takes its catalog from a simulated Microsoft Update, an administrator approves an update for a group, two replicas in two sites take catalog
/// and approval, three agents find their nearest replica, install, and report. Everything is asked of the real programs; nothing is assumed.
/// </summary>
internal sealed class DemoScene(TestTree tree, DemoLog log)
{
    private const string Group = "Pilot";
    private const int Agents = 3;

    private static readonly Guid Update = DemoUpdates.IdOf(1);

    private readonly List<ServerNode> replicas = [];
    private readonly List<AgentNode> agents = [];
    private ServerNode? root;
    private TimeSpan patience = TimeSpan.FromSeconds(120);

    private ServerNode Root => root ?? throw new InvalidOperationException("The root is not started yet.");

    /// <summary>Plays it to the end and answers the line that says so.</summary>
    public async Task<string> PlayAsync(int updates, string? documents, CancellationToken cancellationToken)
    {
        // A large catalog takes its time on a small machine.
        patience += TimeSpan.FromMilliseconds(10 * updates);
        var upstream = await StartServersAsync(updates, documents, cancellationToken);
        var revisions = await SynchronizeAsync(upstream, cancellationToken);
        await StartAgentsAsync(cancellationToken);
        await InstallAsync(cancellationToken);

        var checks = new DemoChecks(Root, replicas, log);
        await checks.DocumentsAsync(documents, cancellationToken);
        await checks.ContentAsync(Update, agents.Count, cancellationToken);
        await checks.AgentsReportToTheirSiteAsync(cancellationToken);

        log.Say("measuring: from an approval's commit at the root to its receipt by the agents, through the replicas");
        var propagation = await new Propagation(Root, agents).MeasureAsync(Update, Group, cancellationToken);
        log.Detail(string.Create(CultureInfo.InvariantCulture, $"{propagation.Samples} samples, median {propagation.Median:0.0} ms, 90th percentile {propagation.High:0.0} ms"));

        await new DemoOffice(tree, Root, log).PlayAsync(cancellationToken);
        await EqualAsync("replicas equal the root at the end", cancellationToken);
        await checks.DigestsAsync(cancellationToken);
        var installed = await InstalledAsync(cancellationToken);
        if (installed != Agents) throw new DemoFailedException($"{installed} agents have the update installed at the end, not {Agents}.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"demo: ok revisions={revisions} replicas={replicas.Count} agents={agents.Count} installed={installed} propagation_ms={propagation.Median:0.0} digest_equal=true");
    }

    public void PrintAddresses()
    {
        log.Say("everything is left running; Ctrl-C stops it");
        foreach (var node in tree.Nodes)
            log.Detail(node switch
            {
                ServerNode server => $"{server.Name}: gRPC {server.GrpcUrl}, HTTP {server.HttpUrl}, process {server.ProcessId}",
                UpstreamNode upstream => $"{upstream.Name}: {upstream.Url}, process {upstream.ProcessId}",
                _ => $"{node.Name}: process {node.ProcessId}, disk {((AgentNode)node).Disk}",
            });
        log.Detail($"try: scripts/hierarchy --server {Root.GrpcUrl} servers list");
    }

    private async Task<UpstreamNode> StartServersAsync(int updates, string? documents, CancellationToken cancellationToken)
    {
        log.Say($"starting a simulated Microsoft Update with {updates} generated updates{(documents is null ? "" : " and the recorded ones")}");
        var upstream = tree.AddUpstream(new UpstreamNode.Catalog { Generated = updates, Documents = documents, Office = true });
        await upstream.StartAsync(cancellationToken);

        log.Say("starting the root");
        root = tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = upstream.Url });
        await root.StartAsync(cancellationToken);

        log.Say("adding two sites, starting a replica in each");
        await CliAsync(cancellationToken, "sites", "add", "branch-a", "--subnet", "127.0.1.0/24");
        await CliAsync(cancellationToken, "sites", "add", "branch-b", "--subnet", "127.0.2.0/24");
        replicas.Add(tree.AddServer("replica-a", new ServerNode.Place { Parent = root.GrpcUrl, Site = "branch-a" }));
        replicas.Add(tree.AddServer("replica-b", new ServerNode.Place { Parent = root.GrpcUrl, Site = "branch-b" }));
        await Task.WhenAll(replicas.Select(replica => replica.StartAsync(cancellationToken)));
        return upstream;
    }

    private async Task<int> SynchronizeAsync(UpstreamNode upstream, CancellationToken cancellationToken)
    {
        log.Say("choosing everything that Microsoft Update offers, and synchronizing the root");
        foreach (var choice in new[] { "products", "classifications", "languages" })
            await CliAsync(cancellationToken, "sync", choice, "set", "--all");
        var run = (await CliAsync(line => log.Detail(Progress(line)), cancellationToken, "sync", "run")).GetProperty("run");
        var quarantined = run.GetProperty("quarantined").GetInt32();
        var status = await CliAsync(cancellationToken, "sync", "status");
        var missing = status.GetProperty("missing_prerequisites").GetArrayLength();
        log.Detail($"{run.GetProperty("new_updates").GetInt32()} new, {quarantined} set aside, {missing} prerequisites that nobody has");
        if (quarantined > 0)
            throw new DemoFailedException($"The root set {quarantined} documents aside: {status.GetProperty("quarantined")[0].GetProperty("reason").GetString()}");

        var revisions = (await CliAsync(cancellationToken, "updates", "list", "--all", "--limit", "1")).GetProperty("total").GetInt32();
        var served = await upstream.CountRevisionsAsync(cancellationToken);
        if (revisions != served) throw new DemoFailedException($"The root holds {revisions} revisions, Microsoft Update serves {served}.");

        await CliAsync(cancellationToken, "groups", "add", Group);
        await EqualAsync("both replicas equal the root", cancellationToken);
        return revisions;
    }

    private async Task StartAgentsAsync(CancellationToken cancellationToken)
    {
        log.Say("starting three agents, each told of the root alone: two in branch-a, one in branch-b");
        foreach (var (name, address) in new[] { ("agent-1", "127.0.1.11"), ("agent-2", "127.0.1.12"), ("agent-3", "127.0.2.11") })
            agents.Add(tree.AddAgent(name, new AgentNode.Computer { Address = address, Servers = [Root.GrpcUrl], Groups = [Group] }));
        await Task.WhenAll(agents.Select(agent => agent.StartAsync(cancellationToken)));
        await Until.TrueAsync(
            "three computers at the root", patience,
            async token => (await CliAsync(token, "computers", "list")).GetProperty("computers").GetArrayLength() == Agents, cancellationToken);
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        log.Say($"approving the demonstration update for group {Group}");
        await CliAsync(cancellationToken, "approve", Update.ToString("D"), "--group", Group);
        var last = -1;
        await Until.TrueAsync(
            "the update installed on three computers", patience,
            async token =>
            {
                var installed = await InstalledAsync(token);
                if (installed != last) log.Detail($"installed on {installed} of {Agents}, as the root knows");
                last = installed;
                return installed == Agents;
            },
            cancellationToken);

        foreach (var agent in agents)
        {
            // C:\ProgramData\... in the folder that stands for the computer's disk: the installer really ran.
            var marker = Path.Combine([agent.Disk, .. DemoUpdates.MarkerOf(Update).Replace(":", "", StringComparison.Ordinal).Split('\\')]);
            if (!File.Exists(marker)) throw new DemoFailedException($"{agent.Name} says that the update is installed, and its installer's file {marker} is not there.");
        }
    }

    private async Task<int> InstalledAsync(CancellationToken cancellationToken)
        => (await CliAsync(cancellationToken, "status", Update.ToString("D"))).GetProperty("states").GetProperty("installed").GetInt32();

    private async Task EqualAsync(string what, CancellationToken cancellationToken)
    {
        log.Say("waiting until " + what);
        await Until.TrueAsync(
            what, patience,
            async token =>
            {
                var servers = (await CliAsync(token, "servers", "list")).GetProperty("servers");
                return servers.GetArrayLength() == replicas.Count + 1 && servers.EnumerateArray().All(server => server.GetProperty("equal").GetBoolean());
            },
            cancellationToken);
    }

    /// <summary>A line of progress, for people; what is none stays as it is.</summary>
    private static string Progress(string line)
    {
        if (!line.StartsWith('{')) return line;
        using var document = JsonDocument.Parse(line);
        var progress = document.RootElement;
        var rate = progress.GetProperty("rate") is { ValueKind: JsonValueKind.Number } known ? $"  {known.GetDouble():0}/s" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{progress.GetProperty("phase").GetString()}  {progress.GetProperty("done").GetInt64()}/{progress.GetProperty("total").GetInt64()}{rate}");
    }

    private Task<JsonElement> CliAsync(CancellationToken cancellationToken, params string[] verb) => CliAsync(progress: null, cancellationToken, verb);

    private Task<JsonElement> CliAsync(Action<string>? progress, CancellationToken cancellationToken, params string[] verb)
        => CliProgram.RunAsync(Root.GrpcUrl, progress, cancellationToken, verb);
}
