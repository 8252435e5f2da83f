using System.Buffers;
using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Succession;
using Proto = Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Wire;

/// <summary>
/// Frames of the feed to messages and back. Pages and transactions are laid out and read by hand, so that a record's payload is copied once on its way in and once on its way out;
/// all else goes through the generated classes.
/// </summary>
internal static class FeedCodec
{
    private const int MaxAncestry = 64;
    private const int MaxName = 256;
    private const int LongestNumber = 11;
    private const int BatchField = Proto.Page.BatchFieldNumber; // as in Transaction

    public static FeedFrame Started(ServerIdentity self, IReadOnlyList<Guid> ancestry, long floor, long from, long head, LogId overlay = default, NewerReign? newer = null)
    {
        var started = new Proto.FollowStarted
        {
            ServerId = Positions.Id(self.Id),
            ServerName = self.Name,
            Floor = floor,
            ContentUrl = self.ContentUrl,
            FromSequence = from,
            HeadSequence = head,
        };
        started.Ancestry.AddRange(ancestry.Select(Positions.Id));
        if (overlay != LogId.None) started.OverlayLogId = Positions.Id(overlay.Value);
        if (newer is not null) started.NewerEpoch = ToProto(newer);
        return Small(new Proto.FollowResponse { Started = started });
    }

    public static FeedFrame Page(IReadOnlyList<ChangeRecord> records, long through, long head)
    {
        Span<byte> rest = stackalloc byte[2 * LongestNumber];
        var writer = new ProtoWriter(rest);
        writer.Number(Proto.Page.ThroughFieldNumber, (ulong)through);
        writer.Number(Proto.Page.HeadSequenceFieldNumber, (ulong)head);
        return Encode(Proto.FollowResponse.PageFieldNumber, records, rest[..writer.Written]);
    }

    public static FeedFrame CaughtUp(Checkpoint checkpoint) => Small(new Proto.FollowResponse { CaughtUp = new Proto.CaughtUp { Checkpoint = checkpoint.ToProto() } });

    public static FeedFrame Transaction(IReadOnlyList<ChangeRecord> records, Checkpoint checkpoint, long floor)
    {
        var state = checkpoint.ToProto();
        var size = state.CalculateSize();
        var rest = new byte[size + (3 * LongestNumber)];
        var writer = new ProtoWriter(rest);
        writer.Open(Proto.Transaction.CheckpointFieldNumber, size);
        state.WriteTo(writer.Take(size));
        writer.Number(Proto.Transaction.FloorFieldNumber, (ulong)floor);
        return Encode(Proto.FollowResponse.TransactionFieldNumber, records, rest.AsSpan(0, writer.Written));
    }

    public static FeedFrame Bookmark(Checkpoint checkpoint) => Small(new Proto.FollowResponse { Bookmark = new Proto.Bookmark { Checkpoint = checkpoint.ToProto() } });

    public static FeedFrame Behind(Position head) => Small(new Proto.FollowResponse { Behind = new Proto.Behind { Head = head.ToProto() } });

    public static FeedFrame Diverged(Position head, string reason) =>
        Small(new Proto.FollowResponse { Diverged = new Proto.Diverged { Head = head.ToProto(), Reason = reason } });

    public static FeedFrame SnapshotRequired(long floor) => Small(new Proto.FollowResponse { SnapshotRequired = new Proto.SnapshotRequired { Floor = floor } });

    /// <summary>The same event for a follower that reads no compression.</summary>
    public static FeedFrame ToIdentity(FeedFrame frame)
    {
        if (frame.Encoding is Encoding.Unspecified or Encoding.Identity) return frame;
        var response = Proto.FollowResponse.Parser.ParseFrom(frame.Bytes.Span);
        var batch = response.EventCase == Proto.FollowResponse.EventOneofCase.Page ? response.Page.Batch : response.Transaction.Batch;
        var plain = RecordBatches.Decode(new RecordBatches.Encoded(batch.Encoding, batch.Size, batch.Data.Memory));
        batch.Encoding = Encoding.Identity;
        batch.Data = UnsafeByteOperations.UnsafeWrap(plain);
        return new FeedFrame(response.ToByteArray(), Encoding.Identity);
    }

    /// <summary>Reads a frame. Records are slices of it, or of its decompressed batch.</summary>
    /// <exception cref="IntegrityException">It is not an event of the feed.</exception>
    public static FeedMessage Read(ReadOnlyMemory<byte> frame)
    {
        // A later version may say more, before the event or after it.
        var reader = new ProtoReader(frame.Span);
        while (reader.NextField())
        {
            if (reader.Field == Proto.FollowResponse.PageFieldNumber) return ReadPage(frame[reader.ReadBytes()]);
            if (reader.Field == Proto.FollowResponse.TransactionFieldNumber) return ReadTransaction(frame[reader.ReadBytes()], frame);
            reader.Skip();
        }

        return ReadSmall(frame);
    }

    /// <summary>An event whose first field is a batch. Plain records are written straight into the frame: a source that feeds a new replica copies every payload, and copies it once.</summary>
    private static FeedFrame Encode(int field, IReadOnlyList<ChangeRecord> records, ReadOnlySpan<byte> rest)
    {
        var size = RecordBatches.Measure(records);
        var bytes = LayOut(field, Encoding.Identity, size, size, rest, out var plain);
        RecordBatches.Write(records, bytes.AsSpan(plain));
        if (RecordBatches.TryCompress(bytes.AsSpan(plain)) is not { } packed) return new FeedFrame(bytes, Encoding.Identity);
        bytes = LayOut(field, Encoding.Brotli, size, packed.Count, rest, out var data);
        packed.AsSpan().CopyTo(bytes.AsSpan(data));
        ArrayPool<byte>.Shared.Return(packed.Array!); // it was rented
        return new FeedFrame(bytes, Encoding.Brotli);
    }

    /// <summary>Everything but the batch's data, for which it leaves room.</summary>
    private static byte[] LayOut(int field, Encoding encoding, int size, int length, ReadOnlySpan<byte> rest, out Range data)
    {
        var batch = ProtoWriter.SizeOfNumber((ulong)encoding) + ProtoWriter.SizeOfNumber((ulong)size) + ProtoWriter.SizeOfBytes(length);
        var body = Nested(batch) + rest.Length;
        var bytes = GC.AllocateUninitializedArray<byte>(Nested(body));
        var writer = new ProtoWriter(bytes);
        writer.Open(field, body);
        writer.Open(BatchField, batch);
        writer.Number(Proto.EncodedBatch.EncodingFieldNumber, (ulong)encoding);
        writer.Number(Proto.EncodedBatch.SizeFieldNumber, (ulong)size);
        if (length > 0) writer.Open(Proto.EncodedBatch.DataFieldNumber, length);
        data = writer.Written..(writer.Written + length);
        writer.Take(length);
        writer.Raw(rest);
        return bytes;
    }

    private static int Nested(int size) => 1 + ProtoWriter.SizeOf((ulong)size) + size;

    private static FeedFrame Small(Proto.FollowResponse response) => new(response.ToByteArray());

    private static FeedMessage.Page ReadPage(ReadOnlyMemory<byte> bytes)
    {
        RecordBatches.Encoded batch = default;
        long through = 0, head = 0;
        var reader = new ProtoReader(bytes.Span);
        while (reader.NextField())
        {
            switch (reader.Field)
            {
                case Proto.Page.BatchFieldNumber:
                    batch = ReadBatch(bytes[reader.ReadBytes()]);
                    break;
                case Proto.Page.ThroughFieldNumber:
                    through = (long)reader.ReadNumber();
                    break;
                case Proto.Page.HeadSequenceFieldNumber:
                    head = (long)reader.ReadNumber();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new FeedMessage.Page(RecordBatches.Read(RecordBatches.Decode(batch)), through, head);
    }

    private static FeedMessage.Transaction ReadTransaction(ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> frame)
    {
        RecordBatches.Encoded batch = default;
        Proto.Checkpoint? checkpoint = null;
        long floor = 0;
        var reader = new ProtoReader(bytes.Span);
        while (reader.NextField())
        {
            switch (reader.Field)
            {
                case Proto.Transaction.BatchFieldNumber:
                    batch = ReadBatch(bytes[reader.ReadBytes()]);
                    break;
                case Proto.Transaction.CheckpointFieldNumber:
                    checkpoint = Parse(Proto.Checkpoint.Parser, bytes[reader.ReadBytes()]);
                    break;
                case Proto.Transaction.FloorFieldNumber:
                    floor = (long)reader.ReadNumber();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new FeedMessage.Transaction(
            RecordBatches.Read(RecordBatches.Decode(batch)), checkpoint.ToDomain(), Floor(floor), new FeedFrame(frame, batch.Encoding));
    }

    private static RecordBatches.Encoded ReadBatch(ReadOnlyMemory<byte> bytes)
    {
        var encoding = Encoding.Unspecified;
        long size = 0;
        ReadOnlyMemory<byte> data = default;
        var reader = new ProtoReader(bytes.Span);
        while (reader.NextField())
        {
            switch (reader.Field)
            {
                case Proto.EncodedBatch.EncodingFieldNumber:
                    encoding = (Encoding)(int)reader.ReadNumber();
                    break;
                case Proto.EncodedBatch.SizeFieldNumber:
                    size = (long)reader.ReadNumber();
                    break;
                case Proto.EncodedBatch.DataFieldNumber:
                    data = bytes[reader.ReadBytes()];
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new RecordBatches.Encoded(encoding, (int)Math.Clamp(size, -1, int.MaxValue), data);
    }

    private static FeedMessage ReadSmall(ReadOnlyMemory<byte> frame)
    {
        var response = Parse(Proto.FollowResponse.Parser, frame);
        switch (response.EventCase)
        {
            case Proto.FollowResponse.EventOneofCase.Started:
                var started = response.Started;
                if (started.Ancestry.Count > MaxAncestry)
                    throw new IntegrityException($"Reading the feed: the parent has {started.Ancestry.Count} servers above it, and {MaxAncestry} is the limit; check the tree for a loop.");
                return new FeedMessage.Started(
                    Positions.Id(started.ServerId, "server id"), started.ServerName, [.. started.Ancestry.Select(id => Positions.Id(id, "ancestry"))],
                    Floor(started.Floor), started.ContentUrl, Floor(started.FromSequence), Floor(started.HeadSequence))
                {
                    Overlay = started.HeadSequence == 0 ? null : started.OverlayLogId.IsEmpty ? LogId.None : new LogId(Positions.Id(started.OverlayLogId, "overlay")),
                    Newer = started.NewerEpoch is { } newer ? Read(newer) : null,
                };
            case Proto.FollowResponse.EventOneofCase.CaughtUp:
                return new FeedMessage.CaughtUp(response.CaughtUp.Checkpoint.ToDomain());
            case Proto.FollowResponse.EventOneofCase.Bookmark:
                return new FeedMessage.Bookmark(response.Bookmark.Checkpoint.ToDomain());
            case Proto.FollowResponse.EventOneofCase.Behind:
                return new FeedMessage.Behind(response.Behind.Head.ToDomain());
            case Proto.FollowResponse.EventOneofCase.Diverged:
                return new FeedMessage.Diverged(response.Diverged.Head.ToDomain(), response.Diverged.Reason);
            case Proto.FollowResponse.EventOneofCase.SnapshotRequired:
                return new FeedMessage.SnapshotRequired(Floor(response.SnapshotRequired.Floor));
            default:
                return new FeedMessage.Unknown();
        }
    }

    private static Proto.NewerEpoch ToProto(NewerReign reign) => new()
    {
        Epoch = reign.Epoch,
        EpochId = reign.EpochId == Guid.Empty ? ByteString.Empty : Positions.Id(reign.EpochId),
        ServerName = reign.ServerName,
        GrpcUrl = reign.GrpcUrl,
    };

    private static NewerReign Read(Proto.NewerEpoch newer) => new(
        newer.Epoch > 0 ? newer.Epoch : throw new IntegrityException($"Reading the feed: the parent names epoch {newer.Epoch}. Compare its version with this server's."),
        newer.EpochId.IsEmpty ? Guid.Empty : Positions.Id(newer.EpochId, "epoch id"),
        Short(newer.ServerName),
        Short(newer.GrpcUrl));

    private static string Short(string text) => text.Length <= MaxName ? text : text[..MaxName];

    private static T Parse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> bytes) where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new IntegrityException("Reading the feed: a message is not well-formed protobuf. The parent, or something between it and this server, is at fault; compare the versions of both.", e);
        }
    }

    private static long Floor(long sequence) => sequence >= 0
        ? sequence
        : throw new IntegrityException($"Reading the feed: sequence {sequence} is below zero. Compare the version of the parent with this server's.");
}
