using Google.Protobuf;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing;
using Hierarchy.Testing.Logs;
using Hierarchy.Testing.Simulation;
using Microsoft.Data.Sqlite;
using Xunit;
using static Hierarchy.Tests.Replication.FeedSample;

namespace Hierarchy.Tests.Replication;

/// <summary>A version serves and follows the one before it and the one after it.</summary>
public class MixedVersionTests
{
    private const int KindOfALaterVersion = 9999;
    private const int FieldOfALaterVersion = 1234;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)] // there before the replicas come: pages
    [InlineData(false)] // written while they are live: transactions
    public async Task Records_OfALaterVersion_ComeThroughTwoTiersByteForByte(bool before)
    {
        using var folder = new TemporaryFolder();
        await using var root = await FeedNode.RootAsync(folder["root.db"]);
        if (before) await root.Authority.CommitAsync(LaterRecords(), Token);
        await using var middle = await FeedNode.ReplicaAsync(folder["middle.db"], [root.Url], "middle");
        await using var leaf = await FeedNode.ReplicaAsync(folder["leaf.db"], [middle.Url], "leaf");
        await leaf.UntilEqualAsync(root, Token);
        if (!before) await root.Authority.CommitAsync(LaterRecords(), Token);
        await leaf.UntilEqualAsync(root, Token);

        foreach (var change in LaterRecords())
        {
            var there = Assert.NotNull(await leaf.Log.FindAsync(change.Kind, change.Key, Token));
            Assert.Equal(change.Payload!.Value.ToArray(), there.Payload!.Value.ToArray()); // all are set
            Assert.Equal((await root.Log.FindAsync(change.Kind, change.Key, Token))!.Value.Sequence, there.Sequence); // just written
        }

        // The digest that is equal covers them.
        var digest = new LogDigest();
        digest.AddRange((await leaf.Log.ReadPageAsync(0, 10_000, 1 << 24, Token)).Records);
        Assert.Equal(root.Log.Head.Digest.ToArray(), digest.ToBytes());
    }

    [Fact]
    public void Record_WithFieldsAndKindsOfALaterVersion_IsReadAsFarAsItIsKnown()
    {
        var later = LaterRecords();

        Assert.Null(CatalogRecords.Read(new ChangeRecord(1, later[0].Kind, later[0].Key, later[0].Payload)));
        Assert.NotNull(CatalogRecords.Read(new ChangeRecord(2, later[1].Kind, later[1].Key, later[1].Payload)));
    }

    [Fact]
    public void Feed_OfALaterVersion_UnknownEventsAndFieldsArePassedOver()
    {
        var root = new MemoryAuthorityLog();
        root.CommitEach(1, 25);
        var outward = new List<FollowerEffect>();
        var follower = new SimulatedFollower(new MemoryMirrorLog(), ServerNamed("replica"), [new Uri("http://root:1")], new FollowerOptions(), () => 0.5) { OnOutward = outward.Add };
        follower.Settle();
        var call = Source(root).Open(Assert.IsType<FollowerEffect.Connect>(outward[^1]).Hello);
        Pass();
        root.CommitEach(26, 30);
        Pass();

        Assert.Equal((root.Head.Position, FollowerPhase.Live), (follower.Log.Head.Position, follower.Machine.Status.Phase));
        Assert.Equal(root.Image.Records.Values.Select(Describe), follower.Log.Image.Records.Values.Select(Describe));

        void Pass()
        {
            while (call.Step(out var frame))
            {
                if (frame is null) continue;
                follower.Receive(new FeedFrame(Event()));
                // A field that this version does not know, in the event and before it.
                follower.Receive(new FeedFrame(Concat(Field(), Inside(frame.Bytes))));
                follower.Settle();
            }
        }
    }

    [Fact]
    public void Feed_OfTheVersionBefore_WithoutTheNewFields_IsFollowedAndFed()
    {
        var root = new MemoryAuthorityLog();
        root.CommitEach(1, 25);
        var outward = new List<FollowerEffect>();
        var follower = new SimulatedFollower(new MemoryMirrorLog(), ServerNamed("replica"), [new Uri("http://root:1")], new FollowerOptions(), () => 0.5) { OnOutward = outward.Add };
        follower.Settle();
        // What the version before sends and reads: fields below 9 in the request, below 8 in the introduction.
        var hello = Assert.IsType<FollowerEffect.Connect>(outward[^1]).Hello.ToProto();
        var request = FollowRequest.Parser.ParseFrom(Keep(hello.ToByteArray(), 8));
        var call = Source(root).Open(FollowerHello.From(request));
        foreach (var message in Frames(call))
        {
            var response = FollowResponse.Parser.ParseFrom(message.Bytes.Span);
            if (response.Started is { } started) response.Started = FollowStarted.Parser.ParseFrom(Keep(started.ToByteArray(), 7));
            follower.Receive(new FeedFrame(response.ToByteArray()));
            follower.Settle();
        }

        Assert.Equal((root.Head.Position, FollowerPhase.Live), (follower.Log.Head.Position, follower.Machine.Status.Phase));
    }

    [Fact]
    public async Task Parent_OfTheVersionBefore_ThatDoesNotCompare_IsTakenASnapshotFrom()
    {
        using var folder = new TemporaryFolder();
        await using var root = await FeedNode.RootAsync(folder["root.db"], comparesRecords: false);
        for (var i = 0; i < 30; i++) await root.Authority.CommitAsync([Put($"key-{i}", $"value-{i}")], Token);
        await using var replica = await FeedNode.ReplicaAsync(folder["replica.db"], [root.Url]);
        await replica.UntilEqualAsync(root, Token);
        Rot(folder["replica.db"]);
        replica.Loop!.OnRotten(); // it is a replica
        await replica.UntilAsync(() => replica.Begun.Contains(StagingMode.Snapshot) && replica.Served.Last().Replaced, Token);

        await replica.UntilEqualAsync(root, Token);
        var digest = new LogDigest();
        digest.AddRange((await replica.Log.ReadPageAsync(0, 10_000, 1 << 24, Token)).Records);
        Assert.Equal(root.Log.Head.Digest.ToArray(), digest.ToBytes());
        Assert.Equal(0, replica.Loop.Status.Repairs);
    }

    [Fact]
    public async Task Parent_ThatCompares_SendsOnlyWhatDiffers()
    {
        using var folder = new TemporaryFolder();
        await using var root = await FeedNode.RootAsync(folder["root.db"]);
        for (var i = 0; i < 30; i++) await root.Authority.CommitAsync([Put($"key-{i}", $"value-{i}")], Token);
        await using var replica = await FeedNode.ReplicaAsync(folder["replica.db"], [root.Url]);
        await replica.UntilEqualAsync(root, Token);
        Rot(folder["replica.db"]);
        // The transaction replaces the rotten row, whose element is not what the digest holds.
        await root.Authority.CommitAsync([Put("key-7", "new")], Token);
        await replica.UntilAsync(() => replica.Loop!.Status.Repairs == 1, Token);

        await replica.UntilEqualAsync(root, Token);
        Assert.Equal(1, replica.Loop!.Status.DigestMismatches); // it is a replica
        var digest = new LogDigest();
        digest.AddRange((await replica.Log.ReadPageAsync(0, 10_000, 1 << 24, Token)).Records);
        Assert.Equal(root.Log.Head.Digest.ToArray(), digest.ToBytes());
    }

    private static void Rot(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE record SET payload = x'dead' WHERE key = CAST('key-7' AS BLOB)";
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static Change[] LaterRecords()
    {
        var group = CatalogRecords.Group(new Domain.Groups.TargetGroup(new Guid(7, 0, 0, new byte[8]), "Pilot", null));
        return
        [
            new Change(KindOfALaterVersion, "later"u8.ToArray(), new byte[] { 0, 1, 2, 0xff }),
            group with { Payload = Concat(group.Payload!.Value, Field()) }, // it is set
        ];
    }

    private static byte[] Field()
    {
        using var stream = new MemoryStream();
        using (var writer = new CodedOutputStream(stream))
        {
            writer.WriteTag(FieldOfALaterVersion, WireFormat.WireType.LengthDelimited);
            writer.WriteString("said by a later version");
            writer.WriteTag(FieldOfALaterVersion + 1, WireFormat.WireType.Varint);
            writer.WriteInt64(7);
        }

        return stream.ToArray();
    }

    /// <summary>An event that this version does not know.</summary>
    private static byte[] Event()
    {
        using var stream = new MemoryStream();
        using (var writer = new CodedOutputStream(stream))
        {
            writer.WriteTag(19, WireFormat.WireType.LengthDelimited);
            writer.WriteBytes(ByteString.CopyFrom(Field()));
        }

        return stream.ToArray();
    }

    /// <summary>The same event with unknown fields at its end.</summary>
    private static byte[] Inside(ReadOnlyMemory<byte> frame)
    {
        var reader = new CodedInputStream(frame.ToArray());
        var tag = reader.ReadTag();
        var body = reader.ReadBytes();
        using var stream = new MemoryStream();
        using (var writer = new CodedOutputStream(stream))
        {
            writer.WriteTag(tag);
            writer.WriteBytes(ByteString.CopyFrom(Concat(body.Memory, Field())));
        }

        return stream.ToArray();
    }

    /// <summary>A message without the fields above a number.</summary>
    private static byte[] Keep(byte[] message, int highest)
    {
        var reader = new CodedInputStream(message);
        using var stream = new MemoryStream();
        for (var from = 0; !reader.IsAtEnd; from = (int)reader.Position)
        {
            var field = WireFormat.GetTagFieldNumber(reader.PeekTag());
            reader.ReadTag();
            reader.SkipLastField();
            if (field <= highest) stream.Write(message, from, (int)reader.Position - from);
        }

        return stream.ToArray();
    }

    private static IEnumerable<FeedFrame> Frames(SimulatedCall call)
    {
        while (call.Step(out var frame))
            if (frame is not null)
                yield return frame;
    }

    private static byte[] Concat(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) => [.. first.Span, .. second.Span];
}
