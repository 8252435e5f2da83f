using System.Globalization;
using System.Text.Json;
using Hierarchy.Testing.Namespaces;

namespace Hierarchy.Testing.Tree;

/// <summary>The simulated Microsoft Update as a process.</summary>
public sealed class UpstreamNode(string folder, UpstreamNode.Catalog catalog) : TreeNode("microsoft-update", "Hierarchy.Testing", folder)
{
    private readonly string listen = catalog.Host is { } host ? $"{host.Address}:8080" : LastingPort.Address();
    private string? url;

    /// <summary>What it serves.</summary>
    public sealed record Catalog
    {
        /// <summary>A folder of recorded documents; null for none.</summary>
        public string? Documents { get; init; }

        public int Generated { get; init; }

        public int Seed { get; init; } = 1;

        /// <summary>Updates whose installers work.</summary>
        public int Demo { get; init; } = 1;

        /// <summary>Three of Office besides.</summary>
        public bool Office { get; init; }

        /// <summary>Its computer in a simulated network; null for this one.</summary>
        public HostPlace? Host { get; init; }

        /// <summary>The length of the file of each update whose installer works; zero for as long as it takes.</summary>
        public int DemoLength { get; init; }

        /// <summary>How long every answer waits: a synchronization that lasts long enough to be interrupted.</summary>
        public TimeSpan Latency { get; init; }
    }

    public string Url => url ?? throw new NodeDownException(Name);

    // It makes all of its documents before it listens.
    protected override TimeSpan ReadyTime => TimeSpan.FromSeconds(60) + TimeSpan.FromMilliseconds(10 * catalog.Generated);

    /// <summary>How many revisions it serves.</summary>
    public async Task<int> CountRevisionsAsync(CancellationToken cancellationToken) => (int)await CounterAsync("revisions", cancellationToken);

    /// <summary>One of its counters, such as metadata_bytes: bytes of all answers so far.</summary>
    public async Task<long> CounterAsync(string name, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var document = JsonDocument.Parse(await client.GetByteArrayAsync(new Uri($"{Url}/simulator/counters"), cancellationToken));
        return document.RootElement.GetProperty(name).GetInt64();
    }

    /// <summary>Publishes so many updates more, and the next revision of so many that are there.</summary>
    public async Task GrowAsync(int added, int revised, int seed, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var answer = await client.PostAsync(new Uri($"{Url}/simulator/grow?new={Number(added)}&revised={Number(revised)}&seed={Number(seed)}"), content: null, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    protected override HostPlace? Host => catalog.Host;

    protected override IEnumerable<string> Arguments()
    {
        List<string> arguments =
        [
            "microsoft-update", "--listen", listen,
            "--generate", Number(catalog.Generated), "--seed", Number(catalog.Seed), "--demo", Number(catalog.Demo), "--demo-length", Number(catalog.DemoLength),
            "--latency", Number((int)catalog.Latency.TotalMilliseconds),
        ];
        if (catalog.Office) arguments.Add("--office");
        if (catalog.Documents is { } documents) arguments.AddRange(["--documents", documents]);
        return arguments;
    }

    protected override bool IsReady(string line) => line.StartsWith("http://", StringComparison.Ordinal);

    protected override void Started(string line) => url = line.Trim();

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
