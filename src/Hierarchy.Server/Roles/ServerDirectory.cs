using System.Collections.Concurrent;
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

    private readonly ConcurrentDictionary<Guid, Sample> _samples = new();
    private int _healthVersion;

    /// <summary>Changes when the health of a server may have changed.</summary>
    public int HealthVersion
    {
        get
        {
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
            var sample = new Sample(status, time.GetTimestamp(), IsSilent: false);
            var kept = _samples.AddOrUpdate(id, sample, (_, known) => known.Status.SampledAt is not null && known.Status.SampledAt.CompareTo(status.SampledAt) > 0 ? known : sample);
            if (!ReferenceEquals(kept, sample)) continue;
            Received?.Invoke(status);
        }
    }

    /// <summary>The newest sample of every server, with its age, and whether so old that the server counts as gone.</summary>
    public IReadOnlyList<(ServerStatus Status, TimeSpan Age, bool IsSilent)> All() =>
        _samples.Values.Select(sample => (sample.Status, time.GetElapsedTime(sample.ReceivedAt), IsSilent(sample))).ToArray();

    /// <summary>The samples of servers that are not silent: what is passed upward.</summary>
    public IEnumerable<ServerStatus> Fresh() => _samples.Values.Where(sample => !IsSilent(sample)).Select(sample => sample.Status);

    /// <summary>Servers whose samples never come this way (they stand above, or beside) count as healthy.</summary>
    public ServerHealth HealthOf(Guid serverId) =>
        _samples.TryGetValue(serverId, out var sample) && IsSilent(sample) ? ServerHealth.Unavailable : ServerHealth.Healthy;

    private bool IsSilent(Sample sample) => time.GetElapsedTime(sample.ReceivedAt) > SilentAfter;

    private sealed record Sample(ServerStatus Status, long ReceivedAt, bool IsSilent);
}
