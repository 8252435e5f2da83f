using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Roles;

/// <summary>
/// What the servers at and below this one are doing: soft state, sampled by each server and passed upward; the newest sample of a server wins. Not in the log, where it would feed on
/// itself.
/// </summary>
internal sealed class ServerDirectory(TimeProvider time)
{
    /// <summary>A server below that was not heard of for so long is taken as gone.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(30);

    /// <summary>Who has fallen silent is looked for so often.</summary>
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Sample> _samples = new();
    private volatile ImmutableDictionary<Guid, ServerSummary> _elsewhere = ImmutableDictionary<Guid, ServerSummary>.Empty;
    private long _lookedAt = time.GetTimestamp();
    private int _healthVersion;

    /// <summary>Changes when the health of a server may have changed.</summary>
    public int HealthVersion
    {
        get
        {
            // Every question of a client comes here.
            var lookedAt = Volatile.Read(ref _lookedAt);
            if (time.GetElapsedTime(lookedAt) < LookAfter || Interlocked.CompareExchange(ref _lookedAt, time.GetTimestamp(), lookedAt) != lookedAt) return Volatile.Read(ref _healthVersion);
            foreach (var (id, sample) in _samples)
                if (!sample.IsSilent && IsSilent(sample) && _samples.TryUpdate(id, sample with { IsSilent = true }, sample))
                    Interlocked.Increment(ref _healthVersion);
            return Volatile.Read(ref _healthVersion);
        }
    }

    /// <summary>After every sample that was taken in.</summary>
    public event Action<ServerStatus>? Received;

    /// <summary>Takes samples in; older ones than what is known are left out.</summary>
    public void Update(IEnumerable<ServerStatus> statuses)
    {
        foreach (var status in statuses)
        {
            var id = Positions.Id(status.Server?.ServerId ?? Google.Protobuf.ByteString.Empty, "server");
            Sample? before = null;
            var sample = new Sample(status, time.GetTimestamp(), IsSilent: false, IsBusy: false);
            var kept = _samples.AddOrUpdate(
                id,
                _ => sample with { IsBusy = ServerLoad.IsBusy(wasBusy: false, status.Load) },
                (_, known) => (before = known).Status.SampledAt is not null && known.Status.SampledAt.CompareTo(status.SampledAt) > 0
                    ? known
                    : sample with { IsBusy = ServerLoad.IsBusy(known.IsBusy, status.Load) });
            if (ReferenceEquals(kept, before)) continue;
            // One that comes back from silence is there again at once.
            if (before is null ? kept.IsBusy : before.IsSilent || before.IsBusy != kept.IsBusy) Interlocked.Increment(ref _healthVersion);
            Received?.Invoke(status);
        }
    }

    /// <summary>Takes in what the parent says of servers elsewhere, on top of what it said before; null: nothing that it said holds any longer.</summary>
    public void Hear(IReadOnlyList<ServerSummary>? servers)
    {
        var heard = _elsewhere;
        _elsewhere = servers is null ? heard.Clear() : heard.SetItems(servers.Select(server => KeyValuePair.Create(Positions.Id(server.ServerId, "server"), server)));
        if (!ReferenceEquals(heard, _elsewhere)) Interlocked.Increment(ref _healthVersion);
    }

    /// <summary>How every server is that is known of, by samples or by what the parent says.</summary>
    public IReadOnlyList<ServerSummary> Summaries() =>
        [.. _samples.Keys.Union(_elsewhere.Keys).Select(id => (Id: id, State: StateOf(id)!)) // Each is known by one of the two.
            .Select(server => new ServerSummary { ServerId = Positions.Id(server.Id), Silent = server.State.Health == ServerHealth.Unavailable, Busy = server.State.IsBusy })];

    /// <summary>The newest sample of every server, with its age, and whether so old that the server counts as gone.</summary>
    public IReadOnlyList<(ServerStatus Status, TimeSpan Age, bool IsSilent)> All() =>
        _samples.Values.Select(sample => (sample.Status, time.GetElapsedTime(sample.ReceivedAt), IsSilent(sample))).ToArray();

    /// <summary>The samples of servers that are not silent: what is passed upward.</summary>
    public IEnumerable<ServerStatus> Fresh() => _samples.Values.Where(sample => !IsSilent(sample)).Select(sample => sample.Status);

    /// <summary>How a server was when it was last heard of; null for one that nobody has spoken of. What it says itself goes before what the parent says, until it falls silent: it may report elsewhere now.</summary>
    public ServerState? StateOf(Guid serverId)
    {
        var sample = _samples.GetValueOrDefault(serverId);
        if (sample is not null && !IsSilent(sample)) return new ServerState(ServerHealth.Healthy, sample.Status.Load, sample.IsBusy);
        if (_elsewhere.GetValueOrDefault(serverId) is { } told) return new ServerState(told.Silent ? ServerHealth.Unavailable : ServerHealth.Healthy, Load: null, told.Busy);
        return sample is null ? null : new ServerState(ServerHealth.Unavailable, sample.Status.Load, sample.IsBusy);
    }

    private bool IsSilent(Sample sample) => time.GetElapsedTime(sample.ReceivedAt) > SilentAfter;

    private sealed record Sample(ServerStatus Status, long ReceivedAt, bool IsSilent, bool IsBusy);
}
