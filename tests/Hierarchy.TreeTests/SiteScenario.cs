using System.Text.Json;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.Namespaces;
using Hierarchy.Testing.Tree;

namespace Hierarchy.TreeTests;

/// <summary>
/// A root in headquarters with a simulated Microsoft Update beside it, and two branches behind lines of their own, each with two replicas and three agents: every computer in a network namespace of its own.
/// </summary>
internal sealed class SiteScenario : IAsyncDisposable
{
    /// <summary>The length of each update's payload: much more than what else crosses a line.</summary>
    public const int Payload = 16 << 20;

    private const long BitsPerSecond = 80_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly SiteNetwork _network;
    private readonly TestTree _tree = new("sites");
    private readonly HostPlace _rootHost;
    private readonly UpstreamNode _upstream;
    private readonly ServerNode _root;
    private readonly Dictionary<int, ServerNode[]> _replicas = [];
    private readonly Dictionary<int, AgentNode[]> _agents = [];

    public SiteScenario()
    {
        _network = new SiteNetwork(branches: 2, BitsPerSecond);
        foreach (var link in _network.Links) (link.Latency, link.Loss) = (TimeSpan.FromMilliseconds(15), 0.0005);
        var upstreamHost = _network.AddHost(0);
        _rootHost = _network.AddHost(0);
        _upstream = _tree.AddUpstream(new UpstreamNode.Catalog { Demo = 4, DemoLength = Payload, Host = upstreamHost });
        _root = _tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = $"http://{upstreamHost.Address}:8080", Site = "headquarters", Host = _rootHost });
        foreach (var site in new[] { 1, 2 })
        {
            _replicas[site] = [.. Enumerable.Range(1, 2).Select(number => _tree.AddServer(
                $"replica-{site}{number}", new ServerNode.Place { Parent = Url(_rootHost), Site = SiteName(site), Host = _network.AddHost(site) }))];
            _agents[site] = [.. Enumerable.Range(1, 3).Select(number => AddAgent(site, number))];
        }
    }

    /// <summary>The lines of the branches; branch n's is at n - 1, and its near side is the branch.</summary>
    public IReadOnlyList<WideAreaLink> Links => _network.Links;

    /// <summary>The replicas of a branch.</summary>
    public IReadOnlyList<ServerNode> Replicas(int site) => _replicas[site];

    /// <summary>Starts everything; the root synchronizes, and every server equals it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _upstream.StartAsync(cancellationToken);
        await _root.StartAsync(cancellationToken);
        await CliAsync(cancellationToken, "sites", "add", "headquarters", "--subnet", SiteNetwork.Subnet(0));
        foreach (var site in _replicas.Keys)
        {
            await CliAsync(cancellationToken, "sites", "add", SiteName(site), "--subnet", SiteNetwork.Subnet(site));
            await CliAsync(cancellationToken, "sites", "links", "add", "headquarters", SiteName(site), "--cost", "10");
        }

        foreach (var choice in new[] { "products", "classifications", "languages" }) await CliAsync(cancellationToken, "sync", choice, "set", "--all");
        await CliAsync(cancellationToken, "sync", "run");
        await Task.WhenAll(_replicas.Values.SelectMany(replicas => replicas).Select(replica => replica.StartAsync(cancellationToken)));
        await AllEqualAsync(cancellationToken);
        await Task.WhenAll(_agents.Values.SelectMany(agents => agents).Select(agent => agent.StartAsync(cancellationToken)));
        await Until.TrueAsync(
            "six computers at the root", Patience, async token => (await CliAsync(token, "computers", "list")).GetProperty("computers").GetArrayLength() == 6, cancellationToken);
    }

    /// <summary>Approves the n-th update for every computer.</summary>
    public Task ApproveAsync(int number, CancellationToken cancellationToken) =>
        CliAsync(cancellationToken, "approve", DemoUpdates.IdOf(number).ToString("D"), "--group", "All Computers");

    /// <summary>Waits until every computer of a branch has the n-th update: its installer ran there.</summary>
    public Task InstalledAsync(int site, int number, CancellationToken cancellationToken) => Until.TrueAsync(
        $"update {number} on the computers of branch {site}", Patience, _ => Task.FromResult(_agents[site].All(agent => HasInstalled(agent, number))), cancellationToken);

    /// <summary>True when any computer of the branch has it.</summary>
    public bool AnyInstalled(int site, int number) => _agents[site].Any(agent => HasInstalled(agent, number));

    /// <summary>Waits until every server holds the root's state.</summary>
    public Task AllEqualAsync(CancellationToken cancellationToken) => Until.TrueAsync(
        "every server to equal the root", Patience,
        async token =>
        {
            var servers = (await CliAsync(token, "servers", "list")).GetProperty("servers");
            return servers.GetArrayLength() == 5 && servers.EnumerateArray().All(server => server.GetProperty("equal").GetBoolean());
        },
        cancellationToken);

    /// <summary>Waits until the root knows that so many computers have the update.</summary>
    public Task RootKnowsAsync(int number, int computers, CancellationToken cancellationToken) => Until.TrueAsync(
        $"{computers} reports of update {number} at the root", Patience,
        async token => (await CliAsync(token, "status", DemoUpdates.IdOf(number).ToString("D"))).GetProperty("states").GetProperty("installed").GetInt32() == computers,
        cancellationToken);

    /// <summary>What went wrong, in a folder that stays.</summary>
    public string WriteLogs() => _tree.WriteLogs();

    public async ValueTask DisposeAsync()
    {
        await _tree.DisposeAsync();
        _network.Dispose();
    }

    private static bool HasInstalled(AgentNode agent, int number) =>
        File.Exists(Path.Combine([agent.Disk, .. DemoUpdates.MarkerOf(DemoUpdates.IdOf(number)).Replace(":", "", StringComparison.Ordinal).Split('\\')]));

    private static string Url(HostPlace host) => $"http://{host.Address}:8532";

    private static string SiteName(int site) => $"branch-{site}";

    private AgentNode AddAgent(int site, int number)
    {
        var host = _network.AddHost(site);
        return _tree.AddAgent($"agent-{site}{number}", new AgentNode.Computer { Address = host.Address, Servers = [Url(_rootHost)], Groups = [], Host = host });
    }

    private Task<JsonElement> CliAsync(CancellationToken cancellationToken, params string[] verb) => CliProgram.RunAsync(_rootHost, cancellationToken, verb);
}
