using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Xunit;
using Proto = Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Replication;

public class FeedCodecTests
{
    private static readonly Checkpoint At9 = FeedSample.Checkpoint(9);

    [Fact]
    public void Page_ReadByTheGeneratedParser_IsTheContract()
    {
        ChangeRecord[] records = [FeedSample.Set(3, "a", "one"), FeedSample.Set(5, "", ""), FeedSample.Deleted(long.MaxValue - 1, "c"), new(long.MaxValue, -7, "k"u8.ToArray(), "x"u8.ToArray())];

        var page = Proto.FollowResponse.Parser.ParseFrom(FeedCodec.Page(records, long.MaxValue, long.MaxValue).Bytes.Span).Page;

        Assert.Equal((long.MaxValue, long.MaxValue, Encoding.Identity), (page.Through, page.HeadSequence, page.Batch.Encoding));
        Assert.Equal(page.Batch.Size, page.Batch.Data.Length);
        var batch = Proto.RecordBatch.Parser.ParseFrom(page.Batch.Data).Records;
        Assert.Equal(records.Select(record => (record.Sequence, record.Kind, record.IsTombstone)), batch.Select(record => (record.Sequence, record.Kind, record.Deleted)));
        Assert.Equal("one", batch[0].Payload.ToStringUtf8());
    }

    [Fact]
    public void Page_WrittenByTheGeneratedClasses_IsRead()
    {
        var batch = new Proto.RecordBatch();
        batch.Records.Add(new Proto.Record { Sequence = 3, Kind = 900, Key = ByteString.CopyFromUtf8("a"), Payload = ByteString.CopyFromUtf8("one") });
        batch.Records.Add(new Proto.Record { Sequence = 4, Kind = -1, Key = ByteString.CopyFromUtf8("b"), Deleted = true });
        var bytes = batch.ToByteString();
        var frame = new Proto.FollowResponse
        {
            Page = new Proto.Page { Batch = new Proto.EncodedBatch { Encoding = Encoding.Identity, Size = bytes.Length, Data = bytes }, Through = 8, HeadSequence = 20 },
        };

        var page = Assert.IsType<FeedMessage.Page>(FeedCodec.Read(frame.ToByteArray()));

        Assert.Equal((8, 20), (page.Through, page.Head));
        Assert.Equal([(3L, 900, false), (4L, -1, true)], page.Records.Select(record => (record.Sequence, record.Kind, record.IsTombstone)));
        Assert.Equal("one"u8.ToArray(), page.Records[0].Payload!.Value.ToArray());
    }

    [Fact]
    public void Transaction_ThereAndBack_IsTheSameAndKeepsItsBytes()
    {
        var frame = FeedCodec.Transaction([FeedSample.Set(8, "a", "1"), FeedSample.Deleted(9, "b")], At9, floor: 4);

        var transaction = Assert.IsType<FeedMessage.Transaction>(FeedCodec.Read(frame.Bytes));

        Assert.True(transaction.Checkpoint.SameStateAs(At9));
        Assert.Equal((4, 2), (transaction.Floor, transaction.Records.Count));
        Assert.True(transaction.Records[1].IsTombstone);
        Assert.False(transaction.Records[0].IsTombstone);
        Assert.Equal(frame.Bytes.ToArray(), transaction.Frame.Bytes.ToArray());
    }

    [Fact]
    public void Batch_OfRepeatedText_IsCompressedOnceAndCanBeHadPlain()
    {
        var records = Enumerable.Range(1, 500).Select(i => FeedSample.Set(i, $"key-{i}", new string('x', 80))).ToArray();

        var frame = FeedCodec.Page(records, 500, 500);
        var plain = FeedCodec.ToIdentity(frame);

        Assert.Equal((Encoding.Brotli, Encoding.Identity), (frame.Encoding, plain.Encoding));
        Assert.True(frame.Bytes.Length < plain.Bytes.Length / 4);
        var (packed, unpacked) = ((FeedMessage.Page)FeedCodec.Read(frame.Bytes), (FeedMessage.Page)FeedCodec.Read(plain.Bytes));
        Assert.Equal(records.Select(FeedSample.Describe), packed.Records.Select(FeedSample.Describe));
        Assert.Equal(records.Select(FeedSample.Describe), unpacked.Records.Select(FeedSample.Describe));
    }

    [Fact]
    public void Batch_OfBytesThatAreCompressedAlready_IsLeftAsItIs()
    {
        var random = new Random(5);
        var records = Enumerable.Range(1, 100).Select(i =>
        {
            var payload = new byte[2000];
            random.NextBytes(payload);
            return new ChangeRecord(i, 2, new byte[] { (byte)i }, payload);
        }).ToArray();

        Assert.Equal(Encoding.Identity, FeedCodec.Page(records, 100, 100).Encoding);
    }

    [Fact]
    public void Read_UnknownFieldsAndEvents_ArePassedOver()
    {
        byte[] unknownEvent = [(30 << 3 | 2) & 0x7f | 0x80, 30 >> 4, 1, 0xff];
        Assert.IsType<FeedMessage.Unknown>(FeedCodec.Read(unknownEvent));
        Assert.IsType<FeedMessage.Unknown>(FeedCodec.Read(Array.Empty<byte>()));

        // A page whose record has fields 6 (varint), 7 (bytes), 9 (eight bytes) and 10 (four bytes) of a later version.
        byte[] record = [8, 3, 16, 4, 26, 1, 65, 34, 1, 66, 6 << 3, 1, 7 << 3 | 2, 2, 1, 2, 9 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8, 10 << 3 | 5, 1, 2, 3, 4];
        byte[] batch = [10, (byte)record.Length, .. record];
        var frame = new Proto.FollowResponse
        {
            Page = new Proto.Page { Batch = new Proto.EncodedBatch { Encoding = Encoding.Identity, Size = batch.Length, Data = ByteString.CopyFrom(batch) }, Through = 3, HeadSequence = 3 },
        };
        var page = (FeedMessage.Page)FeedCodec.Read(frame.ToByteArray());
        Assert.Equal("3 4 41=42", FeedSample.Describe(Assert.Single(page.Records)));
    }

    public static TheoryData<string, byte[]> Wrong()
    {
        var good = FeedCodec.Page([FeedSample.Set(3, "a", "one"), FeedSample.Set(4, "b", "two")], 4, 4).Bytes.ToArray();
        Proto.FollowResponse Page(Action<Proto.Page> change)
        {
            var response = Proto.FollowResponse.Parser.ParseFrom(good);
            change(response.Page);
            return response;
        }

        static ByteString Batch(params Proto.Record[] records)
        {
            var batch = new Proto.RecordBatch();
            batch.Records.Add(records);
            return batch.ToByteString();
        }

        Proto.FollowResponse WithBatch(ByteString batch) => Page(page => page.Batch = new Proto.EncodedBatch { Encoding = Encoding.Identity, Size = batch.Length, Data = batch });

        return new TheoryData<string, byte[]>
        {
            { "cut off", good[..^1] },
            { "a length beyond the end", [18, 0xff, 0xff, 0xff, 0xff, 0x0f] },
            { "a varint without end", [18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80] },
            { "field zero", [0, 0] },
            { "no encoding", Page(page => page.Batch.Encoding = Encoding.Unspecified).ToByteArray() },
            { "an encoding that nobody asked for", Page(page => page.Batch.Encoding = (Encoding)99).ToByteArray() },
            { "another size than it says", Page(page => page.Batch.Size--).ToByteArray() },
            { "more than 16 MiB, it says", Page(page => page.Batch.Size = (16 << 20) + 1).ToByteArray() },
            { "not Brotli", Page(page => page.Batch.Encoding = Encoding.Brotli).ToByteArray() },
            { "no batch", Page(page => page.Batch = null).ToByteArray() },
            { "descending records", WithBatch(Batch(new Proto.Record { Sequence = 4 }, new Proto.Record { Sequence = 3 })).ToByteArray() },
            { "sequence zero", WithBatch(Batch(new Proto.Record())).ToByteArray() },
            { "a key of 513 bytes", WithBatch(Batch(new Proto.Record { Sequence = 1, Key = ByteString.CopyFrom(new byte[513]) })).ToByteArray() },
            { "a deleted record with a payload", WithBatch(Batch(new Proto.Record { Sequence = 1, Deleted = true, Payload = ByteString.CopyFromUtf8("x") })).ToByteArray() },
            { "no checkpoint", new Proto.FollowResponse { CaughtUp = new Proto.CaughtUp() }.ToByteArray() },
            { "a digest of 3 bytes", new Proto.FollowResponse { CaughtUp = new Proto.CaughtUp { Checkpoint = FeedSample.Checkpoint(9, digest: new byte[3]).ToProto() } }.ToByteArray() },
        };
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_WrongBytes_IsAnIntegrityError(string what, byte[] frame)
    {
        Assert.NotEmpty(what);
        Assert.Throws<IntegrityException>(() => FeedCodec.Read(frame));
    }

    [Fact]
    public void Read_AnyPrefixOrFlippedBit_IsReadOrRefused()
    {
        var good = FeedCodec.Transaction([FeedSample.Set(8, "a", "1"), FeedSample.Deleted(9, "b")], At9, 0).Bytes.ToArray();
        var random = new Random(3);
        for (var i = 0; i < 2000; i++)
        {
            var bad = good[..random.Next(good.Length + 1)];
            if (bad.Length > 0) bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                FeedCodec.Read(bad);
            }
            catch (IntegrityException)
            {
            }
        }
    }
}
