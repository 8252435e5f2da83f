using System.Net;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Feed;
using Hierarchy.Replication.Follower;
using Hierarchy.Testing;
using Xunit;
using static Hierarchy.Tests.Replication.FeedSample;

namespace Hierarchy.Tests.Replication;

public sealed class FeedOverHttpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Tree_ThreeTiers_BecomesEqualAndFollowsLive()
    {
        await using var root = await FeedNode.RootAsync(_folder["root.db"]);
        await FillAsync(root, 3000);
        await using var middle = await FeedNode.ReplicaAsync(_folder["middle.db"], [root.Url], "middle");
        await using var leaf = await FeedNode.ReplicaAsync(_folder["leaf.db"], [middle.Url], "leaf");
        await leaf.UntilEqualAsync(root, Token);

        for (var i = 0; i < 20; i++)
            await root.Authority.CommitAsync([Put($"key-{i}", "changed"), Put($"key-{i + 100}", null), Put($"new-{i}", "1")], Token);
        await leaf.UntilEqualAsync(root, Token);
        await middle.UntilEqualAsync(root, Token);

        Assert.Equal([leaf.Source.Ancestry[0], middle.Source.Ancestry[0], root.Source.Ancestry[0]], leaf.Source.Ancestry);
        Assert.Equal("middle", leaf.Loop!.Status.Parent!.Server!.Name); // live
        Assert.Contains(leaf.Served, state => state.Records is { Count: 3 });
        Assert.Equal(await RecordsAsync(root.Log), await RecordsAsync(leaf.Log));
    }

    [Fact]
    public async Task Replica_StoppedAndStartedAgain_GoesOnFromItsPosition()
    {
        await using var root = await FeedNode.RootAsync(_folder["root.db"], new FeedOptions { TailTransactions = 0 });
        await FillAsync(root, 2000);
        await using (var replica = await FeedNode.ReplicaAsync(_folder["replica.db"], [root.Url]))
            await replica.UntilEqualAsync(root, Token);
        var position = root.Log.Head.Position.Sequence;
        await root.Authority.CommitAsync([Put("while away", "1")], Token);

        await using var again = await FeedNode.ReplicaAsync(_folder["replica.db"], [root.Url]);
        Assert.Equal(position, again.Log.Head.Position.Sequence);
        await again.UntilEqualAsync(root, Token);
        Assert.True(again.Loop!.Status.RecordsTaken < 10);
        Assert.Equal([StagingMode.CatchUp], again.Begun);
        Assert.Equal(["while away"], again.Prepared.Keys.Select(key => System.Text.Encoding.UTF8.GetString(Convert.FromHexString(key.Key))));
    }

    [Fact]
    public async Task CatchUp_CutAgainAndAgain_TakesNothingTwice()
    {
        await using var root = await FeedNode.RootAsync(_folder["root.db"], new FeedOptions { PageRecords = 50 });
        await FillAsync(root, 4000, payload: 500);
        await using var link = FaultyLink.To((IPEndPoint)IPEndPoint.Parse(root.Url.Authority));
        await using var replica = await FeedNode.ReplicaAsync(_folder["replica.db"], [new Uri($"http://{link.Address}")]);
        var cuts = 0;
        long next = 300_000;
        await replica.UntilAsync(
            () =>
            {
                if (link.BytesFromTarget > next)
                {
                    next += 300_000;
                    cuts++;
                    link.Cut();
                }

                return replica.Loop!.Status.Phase == FollowerPhase.Live;
            },
            Token);

        await replica.UntilEqualAsync(root, Token);
        Assert.True(cuts >= 3, $"{cuts} cuts");
        Assert.Single(replica.Served);
        // Two megabytes of records: what a cut loses is what was on its way.
        Assert.InRange(link.BytesFromTarget, 2_000_000, 2_000_000 + (cuts * 600_000));
    }

    [Fact]
    public async Task CatchUp_GoneOnWithAfterARestart_IsNotSaidToBegin()
    {
        await using var root = await FeedNode.RootAsync(_folder["root.db"], new FeedOptions { PageRecords = 50 });
        await FillAsync(root, 2000, payload: 500);
        await using var link = FaultyLink.To((IPEndPoint)IPEndPoint.Parse(root.Url.Authority));
        link.CutAfter(400_000);
        await using (var replica = await FeedNode.ReplicaAsync(_folder["replica.db"], [new Uri($"http://{link.Address}")]))
        {
            await replica.UntilAsync(() => replica.Loop!.Status.Through > 0, Token);
            link.IsDown = true;
            link.Cut();
            await replica.UntilAsync(() => replica.Loop!.Status.Phase == FollowerPhase.Waiting, Token);
        }

        await using var again = await FeedNode.ReplicaAsync(_folder["replica.db"], [root.Url]);
        await again.UntilEqualAsync(root, Token);

        Assert.Single(again.Served);
        Assert.Empty(again.Begun);
        Assert.True(again.Loop!.Status.RecordsTaken < 2001);
    }

    [Fact]
    public async Task Root_Restarted_ItsNewEpochReachesEverybody()
    {
        var root = await FeedNode.RootAsync(_folder["root.db"]);
        await FillAsync(root, 50);
        await using var link = FaultyLink.To((IPEndPoint)IPEndPoint.Parse(root.Url.Authority));
        await using var replica = await FeedNode.ReplicaAsync(_folder["replica.db"], [new Uri($"http://{link.Address}")]);
        await replica.UntilEqualAsync(root, Token);
        await root.DisposeAsync();

        await using var again = await FeedNode.RootAsync(_folder["root.db"]);
        link.Target = IPEndPoint.Parse(again.Url.Authority);
        await replica.UntilEqualAsync(again, Token);

        Assert.Equal(2, replica.Log.Epochs.Count);
        Assert.Equal(0, replica.Loop!.Status.DigestMismatches);
        Assert.DoesNotContain(replica.Served, state => state.Replaced);
    }

    [Fact]
    public async Task Replica_SilentWhileTombstonesWereCompacted_TakesASnapshot()
    {
        await using var root = await FeedNode.RootAsync(_folder["root.db"]);
        await FillAsync(root, 500);
        await using (var replica = await FeedNode.ReplicaAsync(_folder["replica.db"], [root.Url]))
            await replica.UntilEqualAsync(root, Token);
        await root.Authority.CommitAsync([Put("key-1", null), Put("key-2", "2")], Token);
        await root.Authority.CompactAsync(root.Log.Head.Position.Sequence, Token);

        await using var again = await FeedNode.ReplicaAsync(_folder["replica.db"], [root.Url]);
        await again.UntilEqualAsync(root, Token);

        Assert.True(Assert.Single(again.Served).Replaced);
        Assert.Equal([StagingMode.Snapshot], again.Begun);
        Assert.Equal((await RecordsAsync(again.Log)).Order(), again.Prepared.Values.Order());
        Assert.Equal(root.Log.Head.Floor, again.Log.Head.Floor);
    }

    [Fact]
    public async Task Parents_FirstOneAway_TheNextIsFollowed()
    {
        await using var root = await FeedNode.RootAsync(_folder["root.db"]);
        await FillAsync(root, 10);
        await using var link = FaultyLink.To((IPEndPoint)IPEndPoint.Parse(root.Url.Authority));
        link.IsDown = true;
        await using var replica = await FeedNode.ReplicaAsync(_folder["replica.db"], [new Uri($"http://{link.Address}"), root.Url]);

        await replica.UntilEqualAsync(root, Token);
        Assert.Equal(root.Url, replica.Loop!.Status.Parent!.Url); // live
    }

    [Fact]
    public async Task Parent_MovedToAnotherReplica_OnlyWhatIsMissingIsTaken()
    {
        await using var root = await FeedNode.RootAsync(_folder["root.db"]);
        await FillAsync(root, 1000);
        await using var other = await FeedNode.ReplicaAsync(_folder["other.db"], [root.Url], "other");
        await using (var replica = await FeedNode.ReplicaAsync(_folder["replica.db"], [root.Url]))
            await replica.UntilEqualAsync(root, Token);
        await root.Authority.CommitAsync([Put("later", "1")], Token);
        await other.UntilEqualAsync(root, Token);

        await using var moved = await FeedNode.ReplicaAsync(_folder["replica.db"], [other.Url]);
        await moved.UntilAsync(() => moved.Log.Head.Position == root.Log.Head.Position, Token);

        Assert.True(moved.Loop!.Status.RecordsTaken < 10);
        Assert.Equal(root.Log.Head.Digest.ToArray(), moved.Log.Head.Digest.ToArray());
    }

    [Fact]
    public async Task Servers_ThatWouldFollowEachOther_AreToldTheWayOut()
    {
        var id = Guid.NewGuid();
        await using var root = await FeedNode.RootAsync(_folder["root.db"]);
        await using var upper = await FeedNode.ReplicaAsync(_folder["upper.db"], [root.Url], "upper", id: id);
        await upper.UntilEqualAsync(root, Token);
        await using var lower = await FeedNode.ReplicaAsync(_folder["lower.db"], [upper.Url], "lower");
        await lower.UntilEqualAsync(root, Token);

        await using var looped = await FeedNode.ReplicaAsync(_folder["looped.db"], [lower.Url], "upper again", id: id);
        await looped.UntilAsync(() => looped.Loop!.Status.Reason.Length > 0, Token);

        Assert.Contains("loop", looped.Loop!.Status.Reason);
        Assert.Contains("another parent", looped.Loop.Status.Reason);
        Assert.True(looped.Log.Head.Position.IsEmpty);
    }

    [Fact]
    public async Task Record_LargerThanAnyPage_Travels()
    {
        await using var root = await FeedNode.RootAsync(_folder["root.db"]);
        var payload = new byte[6 * 1024 * 1024];
        new Random(1).NextBytes(payload);
        await root.Authority.CommitAsync([new Change(Kind, "large"u8.ToArray(), payload)], Token);
        await using var replica = await FeedNode.ReplicaAsync(_folder["replica.db"], [root.Url]);
        await replica.UntilEqualAsync(root, Token);
        payload[0]++;
        await root.Authority.CommitAsync([new Change(Kind, "large"u8.ToArray(), payload)], Token);

        await replica.UntilEqualAsync(root, Token);
    }

    [Fact]
    public async Task Parent_ThatIsNoHierarchyServer_IsNamedAsSuch()
    {
        await using var root = await FeedNode.RootAsync(_folder["root.db"]);
        await using var replica = await FeedNode.ReplicaAsync(_folder["replica.db"], [new Uri("http://127.0.0.1:1")]);
        await replica.UntilAsync(() => replica.Loop!.Status.Phase == FollowerPhase.Waiting, Token);

        Assert.Contains("127.0.0.1:1", replica.Loop!.Status.Reason);
    }

    private static async Task FillAsync(FeedNode root, int records, int payload = 20)
    {
        var random = new Random(records);
        for (var i = 0; i < records; i += 500)
        {
            await root.Authority.CommitAsync(
                [.. Enumerable.Range(i, Math.Min(500, records - i)).Select(n =>
                {
                    var bytes = new byte[payload];
                    random.NextBytes(bytes);
                    return new Change(Kind, System.Text.Encoding.UTF8.GetBytes($"key-{n}"), bytes);
                })],
                Token);
        }
    }

    private static async Task<IEnumerable<string>> RecordsAsync(ILogReader log) => (await log.ReadPageAsync(0, int.MaxValue, int.MaxValue, Token)).Records.Select(Describe);
}
