using System.Globalization;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>
/// A root and its replicas under faults: commits, compactions, restarts, power losses, cuts, delays, bytes that change on their way. It knows every state that the root ever had, and fails the moment
/// a replica serves another one, or an older one after a newer one; in the end, when the faults have stopped, all must be equal.
/// </summary>
internal sealed class SimulatedTree
{
    private const int Keys = 60;
    private const long MaxSteps = 2_000_000;
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(10);
    private readonly Dictionary<Position, (long Count, byte[] Digest)> _states = [];
    private readonly List<SimulatedServer> _servers = [];
    private readonly int _tampering;
    private bool _faults = true;

    public SimulatedTree(int seed)
    {
        World = new VirtualWorld(seed);
        _tampering = World.OneIn(2) ? 0 : 25;
        Options = new FeedOptions
        {
            PageRecords = World.Random.Next(1, 12),
            TailTransactions = World.Random.Next(0, 10),
            CacheBytes = World.OneIn(3) ? 0 : 1 << 20,
        };
        _servers.Add(new SimulatedServer(this, "root", isRoot: true));
        var replicas = World.Random.Next(1, 6);
        for (var i = 1; i <= replicas; i++) _servers.Add(new SimulatedServer(this, $"replica-{i}", isRoot: false));
        foreach (var replica in _servers.Skip(1))
        {
            // Any server may be a parent, also one that follows this one; the root is the last resort.
            var others = _servers.Skip(1).Where(other => other != replica && World.OneIn(2)).ToArray();
            World.Random.Shuffle(others);
            replica.Parents = [.. others.Select(other => other.Url), Root.Url];
        }
    }

    public VirtualWorld World { get; }

    public FeedOptions Options { get; }

    public SimulatedServer Root => _servers[0];

    public IReadOnlyList<SimulatedServer> Servers => _servers;

    public int Tampered { get; private set; }

    public int Served { get; private set; }

    /// <summary>Faults for a while, then calm; everything must become equal.</summary>
    public void Run(TimeSpan faults)
    {
        foreach (var server in _servers) World.After(World.Between(0, 500), server.Start);
        World.After(TimeSpan.FromMilliseconds(1), Change);
        World.After(TimeSpan.FromMilliseconds(100), Fault);
        World.RunUntil(faults, () => World.Steps > MaxSteps);
        _faults = false;
        var equal = World.RunUntil(World.Elapsed + Calm, () => _servers.TrueForAll(IsEqualToRoot) || World.Steps > MaxSteps);
        if (World.Steps > MaxSteps) throw new InvalidOperationException($"Seed {World.Seed}: no end after {World.Steps} steps: {string.Join("; ", _servers.Select(Describe))}");
        if (!equal) throw new InvalidOperationException($"Seed {World.Seed}: not equal after {Calm} of calm: {string.Join("; ", _servers.Select(Describe))}");
        foreach (var replica in _servers.Skip(1)) CheckContent(replica);
    }

    public void Remember(LogHead head) => _states[head.Position] = (head.Count, head.Digest.ToArray());

    public void CheckServed(SimulatedServer server, Checkpoint checkpoint)
    {
        Served++;
        if (!_states.TryGetValue(checkpoint.Position, out var state))
            throw new InvalidOperationException($"Seed {World.Seed}: {server.Self.Name} serves {checkpoint.Position}, which the root never had.");
        if (state.Count != checkpoint.Count || !checkpoint.Digest.Span.SequenceEqual(state.Digest) || !state.Digest.AsSpan().SequenceEqual(server.Log!.Image.Digest())) // it serves
            throw new InvalidOperationException($"Seed {World.Seed}: {server.Self.Name} serves another state at {checkpoint.Position} than the root had.");
    }

    /// <summary>Without bytes that change on their way nothing is ever wrong: a mismatch heals by itself, and would hide a broken rule.</summary>
    public void Wrong(SimulatedServer server, string reason)
    {
        if (_tampering == 0) throw new InvalidOperationException($"Seed {World.Seed}: {server.Self.Name}: {reason}");
    }

    public SimulatedServer Find(Uri url) => _servers.First(server => server.Url == url);

    public TimeSpan Latency() => World.OneIn(20) ? World.Between(100, 3000) : World.Between(0.2, 30);

    public FeedFrame Tamper(FeedFrame frame)
    {
        if (!_faults || _tampering == 0 || !World.OneIn(_tampering) || FeedCodec.Read(frame.Bytes) is not FeedMessage.Page { Records.Count: > 0 } page) return frame;
        Tampered++;
        var records = page.Records.ToArray();
        var i = World.Random.Next(records.Length);
        records[i] = records[i] with { Payload = World.OneIn(3) ? (ReadOnlyMemory<byte>?)null : new byte[] { 0xbd } };
        return FeedCodec.Page(records, page.Through, page.Head);
    }

    private void Change()
    {
        if (Root is { IsUp: true, Log: MemoryAuthorityLog log })
        {
            var changes = new Change[World.OneIn(10) ? World.Random.Next(1, 40) : World.Random.Next(1, 4)];
            for (var i = 0; i < changes.Length; i++) changes[i] = NextChange();
            log.CommitAsync(changes, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }

        if (_faults) World.After(World.OneIn(30) ? World.Between(1000, 5000) : World.Between(1, 150), Change);
    }

    private Change NextChange()
    {
        var key = System.Text.Encoding.UTF8.GetBytes(World.Random.Next(Keys).ToString(CultureInfo.InvariantCulture));
        if (World.OneIn(3)) return new Change(900, key, null);
        var payload = new byte[World.Random.Next(0, 40)];
        World.Random.NextBytes(payload);
        return new Change(900, key, payload);
    }

    private void Fault()
    {
        if (!_faults) return;
        var server = _servers[World.Random.Next(_servers.Count)];
        switch (World.Random.Next(8))
        {
            case 0 when World.OneIn(3):
                Root.Crash();
                break;
            case 1 or 2:
                if (server != Root) server.Crash();
                break;
            case 3 or 4 or 5:
                server.CutUpward();
                break;
            case 6 when Root is { IsUp: true, Log: MemoryAuthorityLog log }:
                log.CompactAsync(World.Random.NextInt64(log.Head.Position.Sequence + 1), CancellationToken.None).AsTask().GetAwaiter().GetResult();
                break;
        }

        World.After(World.Between(50, 1500), Fault);
    }

    private bool IsEqualToRoot(SimulatedServer server) => server.IsLive && server.Log!.Head.Position == Root.Log?.Head.Position; // live ones have a log

    private void CheckContent(SimulatedServer replica)
    {
        var (mine, roots) = (replica.Log!.Image, Root.Log!.Image); // both live
        var floor = Math.Max(mine.Head.Floor, roots.Head.Floor);
        if (!Above(mine, floor).SequenceEqual(Above(roots, floor)) || !mine.RecomputedDigest().AsSpan().SequenceEqual(roots.RecomputedDigest()))
            throw new InvalidOperationException($"Seed {World.Seed}: {replica.Self.Name} holds other records or tombstones than the root.");
    }

    private static IEnumerable<(long Sequence, int Kind, string Key, string? Payload)> Above(LogImage image, long floor) =>
        image.Records.Values.Where(record => !record.IsTombstone || record.Sequence > floor)
            .Select(record => (record.Sequence, record.Kind, Convert.ToHexString(record.Key.Span), record.Payload is { } payload ? Convert.ToHexString(payload.Span) : null));

    private static string Describe(SimulatedServer server) =>
        $"{server.Self.Name} {(server.IsUp ? "up" : "down")} at {server.Log?.Head.Position} {server.Follower?.Machine.Status.Phase} {server.Follower?.Machine.Status.Reason}";
}
