using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>
/// One scenario in which real servers are killed with kill -9 at moments that a seed chooses, and started again. At the end everything acknowledged must be there, once,
/// and every server must hold the same records.
/// </summary>
public abstract class ChaosRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<string> timeline = [];
    private readonly long start = Stopwatch.GetTimestamp();

    /// <summary>All scenarios by name.</summary>
    public static IReadOnlyDictionary<string, Func<ChaosRun>> Scenarios { get; } = new Dictionary<string, Func<ChaosRun>>
    {
        ["sync"] = () => new SyncChaos(),
        ["feed"] = () => new FeedChaos(),
        ["rollup"] = () => new RollupChaos(),
    };

    /// <summary>A root is killed at five moments of one synchronization, and its catalog is compared with an undisturbed one.</summary>
    public static ChaosRun OfCatalog() => new CatalogChaos();

    /// <summary>Three tiers, decisions at the top and computers that report at the bottom, and so many blows against any of the servers.</summary>
    public static ChaosRun OfTiers(int kills) => new TierChaos(kills);

    /// <summary>Decisions and reports that were acknowledged, where the scenario counts them.</summary>
    public virtual int Acknowledged => 0;

    /// <summary>How often a server was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>What was done when.</summary>
    public string Timeline => string.Join('\n', timeline);

    /// <summary>From the last restart until everything was equal again.</summary>
    public TimeSpan Convergence { get; private set; }

    protected Random Random { get; private set; } = new(0);

    protected TestTree Tree { get; private set; } = null!; // Set before any scenario code runs.

    protected UpstreamNode Upstream { get; private set; } = null!; // Likewise.

    protected ServerNode Root { get; private set; } = null!; // Likewise.

    protected ServerNode Replica { get; private set; } = null!; // Likewise.

    protected abstract UpstreamNode.Catalog Catalog { get; }

    /// <summary>The servers that must equal the root in the end.</summary>
    protected virtual IReadOnlyList<ServerNode> Replicas => [Replica];

    /// <summary>Plays the scenario; throws when something is lost, doubled or unequal, and says where the logs are.</summary>
    public async Task PlayAsync(int seed, CancellationToken cancellationToken)
    {
        Random = new Random(seed);
        await using var tree = new TestTree("hierarchy-chaos-");
        Tree = tree;
        try
        {
            Upstream = tree.AddUpstream(Catalog with { Seed = seed });
            await Upstream.StartAsync(cancellationToken);
            Root = tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = Upstream.Url });
            await Root.StartAsync(cancellationToken);
            await Root.TakeEverythingAsync(cancellationToken);
            Replica = tree.AddServer("replica", new ServerNode.Place { Parent = Root.GrpcUrl });
            await DisturbAsync(cancellationToken);
            Note("calm: verifying");
            var restarted = Stopwatch.GetTimestamp();
            await VerifyAsync(cancellationToken);
            await EqualAsync(cancellationToken);
            Convergence = Stopwatch.GetElapsedTime(restarted);
            Note("equal");
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Note(problem.Message);
            var logs = tree.WriteLogs();
            await File.WriteAllTextAsync(Path.Combine(logs, "timeline.log"), Timeline, CancellationToken.None);
            throw new ChaosException($"{GetType().Name} with seed {seed}, after {Kills} kills: {problem.Message} The logs are in {logs}.", problem);
        }
    }

    /// <summary>Works the servers and kills them meanwhile; leaves both running.</summary>
    protected abstract Task DisturbAsync(CancellationToken cancellationToken);

    /// <summary>Checks what the scenario is about.</summary>
    protected abstract Task VerifyAsync(CancellationToken cancellationToken);

    /// <summary>kill -9, and a new start on the same folder and addresses; of several, all are down before the first is back.</summary>
    protected async Task KillAndRestartAsync(CancellationToken cancellationToken, params ServerNode[] victims)
    {
        foreach (var victim in victims)
        {
            await victim.KillAsync(cancellationToken);
            Kills++;
            Note($"killed the {victim.Name}");
        }

        foreach (var victim in victims)
        {
            await victim.StartAsync(cancellationToken);
            Note($"the {victim.Name} is back");
        }
    }

    /// <summary>The same for one.</summary>
    protected Task KillAndRestartAsync(ServerNode victim, CancellationToken cancellationToken) => KillAndRestartAsync(cancellationToken, victim);

    protected ServerNode Victim() => Random.Next(2) == 0 ? Root : Replica;

    /// <summary>A moment of the seed's choice: it is what the test is about, not a wait for something.</summary>
    protected Task MomentAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var moment = longest * Random.NextDouble();
        return Task.Delay(moment, cancellationToken);
    }

    /// <summary>Synchronizes the root until it succeeds, whatever happens to it meanwhile.</summary>
    protected Task SynchronizeAsync(CancellationToken cancellationToken) => Until.TrueAsync(
        "a synchronization to succeed", Patience, async token => await TryAsync(() => TrySynchronizeAsync(onProgress: null, token)), cancellationToken);

    /// <summary>Runs or joins one synchronization; false when it did not end well.</summary>
    protected Task<bool> TrySynchronizeAsync(Action<SyncProgress>? onProgress, CancellationToken cancellationToken) => TrySynchronizeAsync(Root, onProgress, cancellationToken);

    /// <summary>The same at any server.</summary>
    protected static async Task<bool> TrySynchronizeAsync(ServerNode server, Action<SyncProgress>? onProgress, CancellationToken cancellationToken)
    {
        SyncRun? finished = null;
        using var call = server.Admin.RunSync(new RunSyncRequest(), cancellationToken: cancellationToken);
        await foreach (var progress in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            onProgress?.Invoke(progress);
            finished = progress.Finished ?? finished;
        }

        return finished is { Error.Length: 0 };
    }

    /// <summary>Does something that may fail because its server is being killed: false then. What the server itself refuses is still an error.</summary>
    internal static async Task<bool> TryAsync(Func<Task<bool>> action)
    {
        try
        {
            return await action();
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.AlreadyExists or StatusCode.Unknown)
        {
            return false;
        }
        catch (Exception exception) when (exception is ObjectDisposedException or NodeDownException)
        {
            // The victim is down at this very moment.
            return false;
        }
    }

    /// <summary>All servers stand at one position with one digest, by their own word.</summary>
    protected async Task EqualAsync(CancellationToken cancellationToken)
    {
        var (root, replica) = ("", "");
        foreach (var below in Replicas)
        {
            try
            {
                await Until.TrueAsync(
                    $"{below.Name} to equal the root", Patience,
                    async token =>
                    {
                        var (roots, its) = (await Root.LogStateAsync(token), await below.LogStateAsync(token));
                        (root, replica) = (roots.ToString(), its.ToString());
                        return roots == its;
                    },
                    cancellationToken);
            }
            catch (TimeoutException exception)
            {
                throw new TimeoutException($"{exception.Message} The root stands at {root}, {below.Name} at {replica}.", exception);
            }
        }

        foreach (var server in Replicas.Prepend(Root))
        {
            var mismatches = (await server.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: cancellationToken)).Servers.Single(entry => !entry.Digest.IsEmpty).Status.DigestMismatches;
            if (mismatches != 0) throw new ChaosException($"{server.Name} counted {mismatches} digest mismatches: it was repaired, and should not have needed it.");
        }
    }

    /// <summary>Adds a line to the timeline.</summary>
    protected void Note(string what) => timeline.Add(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds,7:0.000} {what}"));

    /// <summary>Asks until nothing differs; what a server serves follows its log a moment later. The last difference is the failure's reason.</summary>
    protected static async Task AgreesAsync(string what, Func<CancellationToken, Task<string>> difference, CancellationToken cancellationToken)
    {
        var last = "";
        try
        {
            await Until.TrueAsync(what, Patience, async token => (last = await difference(token)).Length == 0, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new ChaosException(last.Length > 0 ? last : exception.Message, exception);
        }
    }

    protected static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new ChaosException(otherwise);
    }
}
