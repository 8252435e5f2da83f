using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Logs;
using Hierarchy.Testing.Simulation;

namespace Hierarchy.Tests.Replication;

/// <summary>Records, servers and logs to write tests of the feed with.</summary>
internal static class FeedSample
{
    public const int Kind = 900;

    public static LogId Log { get; } = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));

    public static Guid FirstEpoch { get; } = new(9, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

    public static ChangeRecord Set(long sequence, string key, string value) => new(sequence, Kind, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));

    public static ChangeRecord Deleted(long sequence, string key) => new(sequence, Kind, Encoding.UTF8.GetBytes(key), null);

    public static Change Put(string key, string? value) => new(Kind, Encoding.UTF8.GetBytes(key), value is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(value));

    public static string Describe(ChangeRecord record) =>
        $"{record.Sequence} {record.Kind} {Convert.ToHexString(record.Key.Span)}={(record.Payload is { } payload ? Convert.ToHexString(payload.Span) : "deleted")}";

    public static Position At(long sequence, int epoch = 1, Guid? epochId = null) => new(Log, epoch, epochId ?? FirstEpoch, sequence);

    public static Checkpoint Checkpoint(long sequence, int epoch = 1, byte[]? digest = null, DateTimeOffset? time = null) =>
        new(At(sequence, epoch, epoch == 1 ? FirstEpoch : Guid.NewGuid()), 1, digest ?? new byte[2048], time ?? DateTimeOffset.UnixEpoch, ReadOnlyMemory<byte>.Empty);

    public static ServerIdentity ServerNamed(string name) => new(Guid.NewGuid(), name, $"http://{name}:8530");

    public static FollowerHello Hello(Position position = default, long staged = 0, long stagedFloor = 0, long stagedHead = 0, bool snapshot = false, Guid? id = null) =>
        new(id ?? Guid.NewGuid(), "follower", position, staged, stagedFloor, stagedHead, snapshot, ReadsBrotli: true);

    public static SimulatedSource Source(MemoryLog log, FeedOptions? options = null, ServerIdentity? self = null) =>
        new(log, self ?? ServerNamed("source"), options ?? new FeedOptions { PageRecords = 10 }, () => DateTimeOffset.UnixEpoch);

    /// <summary>A source's answer to a follower, without a network: bounded, and ended with its cause.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> FramesOf(FeedSource source, FollowerHello hello, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var frames = Channel.CreateBounded<FeedFrame>(2);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = Task.Run(
            async () =>
            {
                try
                {
                    await source.FollowAsync(hello, (frame, token) => frames.Writer.WriteAsync(frame, token), stop.Token);
                    frames.Writer.Complete();
                }
                catch (Exception e) when (e is OperationCanceledException or UnavailableException)
                {
                    frames.Writer.Complete(e);
                }
            },
            CancellationToken.None);
        try
        {
            await foreach (var frame in frames.Reader.ReadAllAsync(cancellationToken))
                yield return frame.Bytes;
        }
        finally
        {
            await stop.CancelAsync();
            await following;
        }
    }

    public static void Commit(this MemoryAuthorityLog log, params Change[] changes) => log.CommitAsync(changes, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>One transaction a change.</summary>
    public static void CommitEach(this MemoryAuthorityLog log, int from, int to)
    {
        for (var i = from; i <= to; i++) log.Commit(Put($"key-{i}", $"value-{i}"));
    }

    public static void Compact(this MemoryAuthorityLog log, long floor) => log.CompactAsync(floor, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
