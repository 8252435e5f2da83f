using System.Globalization;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>
/// A root, its replicas and their clients under the faults of one seed. It fails the moment that a server serves a state that no root had, or anybody is led back; in the end, when the faults have
/// stopped, all must be equal, and nothing acknowledged may be missing that no loss explains.
/// </summary>
internal sealed class SimulatedTree
{
    private const int Keys = 60;
    private const int Clients = 3;
    private const int Computers = 3;
    private const long MaxSteps = 3_000_000;
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(10);
    private readonly List<SimulatedServer> _servers = [];
    private readonly List<SimulatedClient> _clients = [];
    private readonly List<SimulatedComputer> _computers = [];
    private readonly SimulatedFaults _chooser;

    public SimulatedTree(int seed)
    {
        World = new VirtualWorld(seed);
        Plan = FaultPlan.Draw(World);
        Oracle = new HistoryOracle(World);
        ReportOracle = new ReportOracle(World);
        Options = new FeedOptions
        {
            PageRecords = World.Random.Next(1, 12),
            TailTransactions = World.Random.Next(0, 10),
            CacheBytes = World.OneIn(3) ? 0 : 1 << 20,
        };
        _servers.Add(Root = new SimulatedServer(this, "root", isRoot: true));
        var replicas = World.Random.Next(1, 6);
        for (var i = 1; i <= replicas; i++) _servers.Add(new SimulatedServer(this, $"replica-{i}", isRoot: false));
        foreach (var server in _servers)
        {
            // Any server may be a parent, also one that follows this one; the root, and who may become it, are the last resort.
            var others = _servers.Skip(2).Where(other => other != server && World.OneIn(2)).ToArray();
            World.Random.Shuffle(others);
            server.Parents = [.. others.Concat(_servers.Take(2)).Where(other => other != server).Select(other => other.Url)];
        }

        for (var i = 1; i <= Clients; i++) _clients.Add(new SimulatedClient(this, $"client-{i}"));
        for (var i = 1; i <= Computers; i++) _computers.Add(new SimulatedComputer(this, i));
        _chooser = new SimulatedFaults(this);
    }

    public VirtualWorld World { get; }

    public FaultPlan Plan { get; }

    public FaultCounts Faults { get; } = new();

    public HistoryOracle Oracle { get; }

    public ReportOracle ReportOracle { get; }

    public FeedOptions Options { get; }

    /// <summary>The root whose history survives: the last one that was made it.</summary>
    public SimulatedServer Root { get; set; }

    /// <summary>The replica that is made the root when the old one is lost.</summary>
    public SimulatedServer Candidate => _servers[1];

    public IReadOnlyList<SimulatedServer> Servers => _servers;

    /// <summary>True until the faults stop.</summary>
    public bool HasFaults { get; private set; } = true;

    /// <summary>What parents sent that was not taken.</summary>
    public int Refused { get; private set; }

    /// <summary>States that clients took over.</summary>
    public int Taken => _clients.Sum(client => client.Taken);

    /// <summary>Faults for a while, then calm; everything must become equal.</summary>
    public void Run(TimeSpan faults)
    {
        try
        {
            RunAll(faults);
        }
        catch (Exception e) when (e is not SimulationFailedException)
        {
            throw new InvalidOperationException($"Seed {World.Seed}: {e.Message}", e);
        }
    }

    /// <summary>Without lies, and while no history was lost, nothing is ever wrong: a mismatch heals by itself, and would hide a broken rule.</summary>
    public void Wrong(SimulatedServer server, string reason)
    {
        Refused++;
        World.Note(Refused);
        if (Plan.LieOneIn == 0 && !Oracle.HasLosses) throw Failed($"{server.Self.Name}: {reason}");
    }

    /// <summary>A parent's acknowledgement that cannot be.</summary>
    public void WrongReport(SimulatedServer server, string reason) => throw Failed($"{server.Self.Name}, reporting: {reason}");

    public SimulatedServer Find(Uri url) => _servers.First(server => server.Url == url);

    public TimeSpan Latency() => World.OneIn(20) ? World.Between(100, 3000) : World.Between(0.2, 30);

    /// <summary>False while one of them is cut off.</summary>
    public bool IsReachable(SimulatedServer one, SimulatedServer other) => _chooser.Isolated is not { } isolated || (one != isolated && other != isolated);

    private void RunAll(TimeSpan faults)
    {
        foreach (var server in _servers) World.After(World.Between(0, 500), server.Start);
        foreach (var client in _clients) client.Start();
        foreach (var computer in _computers) computer.Start();
        World.After(TimeSpan.FromMilliseconds(1), Change);
        _chooser.Start();
        if (Plan.Rots) World.After(TimeSpan.FromSeconds(5), Scrub);
        World.RunUntil(faults, () => World.Steps > MaxSteps);
        HasFaults = false;
        _chooser.End();
        var equal = World.RunUntil(World.Elapsed + Calm, () => IsDone() || World.Steps > MaxSteps);
        if (World.Steps > MaxSteps) throw Failed($"no end after {World.Steps} steps: {string.Join("; ", _servers.Select(Describe))}");
        if (!equal) throw Failed($"not equal after {Calm} of calm: {string.Join("; ", _servers.Select(Describe))}; {(Root.Reports is { } reports ? ReportOracle.Difference(reports) : "")}");
        foreach (var replica in _servers.Where(server => server != Root)) CheckContent(replica);
        Oracle.CheckSurvivor(Root.Log!.Image); // it is up
    }

    private void Scrub()
    {
        foreach (var server in _servers) server.Guard(server.Scrub);
        World.After(TimeSpan.FromSeconds(5), Scrub);
    }

    /// <summary>Somebody decides something, at whatever server takes decisions.</summary>
    private void Change()
    {
        foreach (var server in _servers)
            if (server is { IsUp: true, IsRoot: true })
                server.Guard(() => Decide(server));
        if (HasFaults) World.After(World.OneIn(30) ? World.Between(1000, 5000) : World.Between(1, 150), Change);
    }

    private void Decide(SimulatedServer server)
    {
        var changes = new Change[World.OneIn(10) ? World.Random.Next(1, 40) : World.Random.Next(1, 4)];
        for (var i = 0; i < changes.Length; i++) changes[i] = NextChange();
        try
        {
            var transaction = ((MemoryAuthorityLog)server.Log!).CommitAsync(changes, CancellationToken.None).AsTask().GetAwaiter().GetResult(); // a root that is up
            if (transaction.Records.Count > 0) Oracle.OnAcknowledged(server, transaction);
        }
        catch (IOException)
        {
            // The disk is full: who decided was told so.
        }
        catch (SupersededException) when (server.IsReadOnly)
        {
            Faults.Add("decision refused by a superseded root");
        }
    }

    private Change NextChange()
    {
        var key = System.Text.Encoding.UTF8.GetBytes(World.Random.Next(Keys).ToString(CultureInfo.InvariantCulture));
        if (World.OneIn(3)) return new Change(900, key, null);
        var payload = new byte[World.Random.Next(0, 40)];
        World.Random.NextBytes(payload);
        return new Change(900, key, payload);
    }

    private bool IsDone()
    {
        // Looked at after every event: what changes seldom comes first.
        if (!_servers.TrueForAll(IsEqualToRoot) || !_servers.TrueForAll(server => server.IsSound) || !_computers.TrueForAll(computer => computer.IsSettled)) return false;
        return Root.Reports is { } reports && ReportOracle.Difference(reports).Length == 0;
    }

    private bool IsEqualToRoot(SimulatedServer server) => server.IsLive && server.Log!.Head.Position == Root.Log?.Head.Position; // live ones have a log

    private void CheckContent(SimulatedServer replica)
    {
        var (mine, roots) = (replica.Log!.Image, Root.Log!.Image); // both live
        // The digest says nothing of tombstones: a parent that keeps one back is found out by the servers below, whose records then differ, and which heal by a snapshot.
        var floor = Plan.LieOneIn > 0 ? long.MaxValue : Math.Max(mine.Head.Floor, roots.Head.Floor);
        if (!Above(mine, floor).SequenceEqual(Above(roots, floor)) || !mine.RecomputedDigest().AsSpan().SequenceEqual(roots.RecomputedDigest()))
            throw Failed($"{replica.Self.Name} holds other records or tombstones than the root.");
    }

    private static IEnumerable<(long Sequence, int Kind, string Key, string? Payload)> Above(LogImage image, long floor) =>
        image.Records.Values.Where(record => !record.IsTombstone || record.Sequence > floor)
            .Select(record => (record.Sequence, record.Kind, Convert.ToHexString(record.Key.Span), record.Payload is { } payload ? Convert.ToHexString(payload.Span) : null));

    public SimulationFailedException Failed(string what) => new(World.Seed, what);

    private static string Describe(SimulatedServer server) =>
        $"{server.Self.Name} {(server.IsUp ? "up" : "down")} at {server.Log?.Head.Position} {server.Follower?.Machine.Status.Phase} {server.Follower?.Machine.Status.Reason}";
}
