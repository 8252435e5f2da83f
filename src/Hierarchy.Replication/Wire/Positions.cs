using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Proto = Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Wire;

/// <summary>Positions and checkpoints between the contract and the domain. What comes from outside is checked here.</summary>
public static class Positions
{
    private const int DigestBytes = 2048;
    private const int MaxSignature = 256;

    /// <summary>To the contract.</summary>
    public static Proto.Position ToProto(this Position position) => position.IsEmpty
        ? new Proto.Position()
        : new Proto.Position
        {
            LogId = Id(position.Log.Value),
            Epoch = position.Epoch,
            EpochId = Id(position.EpochId),
            Sequence = position.Sequence,
        };

    /// <summary>From the contract; absent is empty.</summary>
    /// <exception cref="IntegrityException">It is not a position.</exception>
    public static Position ToDomain(this Proto.Position? position)
    {
        if (position is null || position is { LogId.IsEmpty: true, EpochId.IsEmpty: true, Epoch: 0, Sequence: 0 }) return Position.Empty;
        if (position.Epoch < 1 || position.Sequence < 1)
            throw new IntegrityException($"Reading a position: epoch {position.Epoch} and sequence {position.Sequence} must both be above zero, or everything empty.");
        return new Position(new LogId(Id(position.LogId, "log id")), position.Epoch, Id(position.EpochId, "epoch id"), position.Sequence);
    }

    /// <summary>To the contract.</summary>
    public static Proto.Checkpoint ToProto(this Checkpoint checkpoint) => new()
    {
        Position = checkpoint.Position.ToProto(),
        Count = checkpoint.Count,
        Digest = UnsafeByteOperations.UnsafeWrap(checkpoint.Digest),
        Time = Timestamp.FromDateTimeOffset(checkpoint.Time),
        Signature = UnsafeByteOperations.UnsafeWrap(checkpoint.Signature),
    };

    /// <summary>From the contract.</summary>
    /// <exception cref="IntegrityException">It is not a checkpoint.</exception>
    public static Checkpoint ToDomain(this Proto.Checkpoint? checkpoint)
    {
        var position = checkpoint?.Position.ToDomain() ?? Position.Empty;
        if (checkpoint is null || position.IsEmpty)
            throw new IntegrityException("Reading a checkpoint: it names no position. Compare the version of the parent with this server's.");
        if (checkpoint.Count < 0 || checkpoint.Digest.Length != DigestBytes || checkpoint.Signature.Length > MaxSignature)
            throw new IntegrityException($"Reading the checkpoint at {position}: count {checkpoint.Count}, digest of {checkpoint.Digest.Length} bytes (must be {DigestBytes}), signature of {checkpoint.Signature.Length} bytes (at most {MaxSignature}).");
        return new Checkpoint(position, checkpoint.Count, checkpoint.Digest.Memory, Time(checkpoint.Time), checkpoint.Signature.Memory);
    }

    /// <summary>Sixteen bytes in network order.</summary>
    public static ByteString Id(Guid id) => UnsafeByteOperations.UnsafeWrap(id.ToByteArray(bigEndian: true));

    /// <summary>Sixteen bytes in network order.</summary>
    /// <exception cref="IntegrityException">Not sixteen.</exception>
    public static Guid Id(ByteString bytes, string what) => bytes.Length == 16
        ? new Guid(bytes.Span, bigEndian: true)
        : throw new IntegrityException($"Reading a message: its {what} has {bytes.Length} bytes and must have 16.");

    /// <summary>An instant; absent is the first of all.</summary>
    /// <exception cref="IntegrityException">Outside the calendar.</exception>
    public static DateTimeOffset Time(Timestamp? time)
    {
        if (time is null) return DateTimeOffset.MinValue;
        try
        {
            return time.ToDateTimeOffset();
        }
        catch (InvalidOperationException e)
        {
            throw new IntegrityException("Reading a message: a time is outside the calendar.", e);
        }
    }
}
