using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Wire;
using Position = Hierarchy.Domain.Changes.Position;

namespace Hierarchy.Benchmarks.Fanout;

/// <summary>
/// A follower that keeps nothing: a connection of its own, every frame read, and the order of what comes checked. What it does not do is decompress and store: a thousand replicas have a thousand
/// processors for that, and here they would have one.
/// </summary>
internal sealed class LightFollower(Uri root)
{
    private readonly TaskCompletionSource _live = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence = -1;

    /// <summary>It has caught up.</summary>
    public Task Live => _live.Task;

    /// <summary>As far as it has come.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>Messages received.</summary>
    public long Frames { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var hello = new FollowerHello(Guid.NewGuid(), "light", Position.Empty, 0, 0, 0, Snapshot: false, ReadsBrotli: true);
            await foreach (var frame in FeedMethods.OpenAsync(root, hello, cancellationToken))
            {
                Frames++;
                Take(frame);
            }
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            _live.TrySetException(problem);
            throw;
        }
    }

    private void Take(ReadOnlyMemory<byte> frame)
    {
        var reader = new ProtoReader(frame.Span);
        if (!reader.NextField()) return;
        if (reader.Field == FollowResponse.TransactionFieldNumber)
        {
            Advance(SequenceOf(frame[reader.ReadBytes()], Transaction.CheckpointFieldNumber));
            return;
        }

        // Pages of the first catch-up are many bytes and no news; all else is small.
        if (reader.Field == FollowResponse.PageFieldNumber) return;
        if (FeedCodec.Read(frame) is not FeedMessage.CaughtUp caughtUp) return;
        if (_sequence < 0) Volatile.Write(ref _sequence, caughtUp.Checkpoint.Position.Sequence);
        else Advance(caughtUp.Checkpoint.Position.Sequence);
        _live.TrySetResult();
    }

    private void Advance(long sequence)
    {
        if (sequence <= _sequence) throw new InvalidOperationException($"A transaction to {sequence} came after {_sequence}.");
        Volatile.Write(ref _sequence, sequence);
    }

    /// <summary>The sequence of the checkpoint in a transaction, without touching its records.</summary>
    private static long SequenceOf(ReadOnlyMemory<byte> transaction, int field)
    {
        var reader = new ProtoReader(transaction.Span);
        while (reader.NextField())
        {
            if (reader.Field == field) return Checkpoint.Parser.ParseFrom(transaction[reader.ReadBytes()].Span).Position.Sequence;
            reader.Skip();
        }

        throw new InvalidOperationException("A transaction came without a checkpoint.");
    }
}
