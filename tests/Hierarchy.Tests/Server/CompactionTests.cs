using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Feed;
using Hierarchy.Server.Verification;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Server;

public sealed class CompactionTests
{
    private static readonly DateTimeOffset Start = new(2026, 10, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Marks_ThereAndBack_AnswerForATime()
    {
        var marks = SequenceMarks.Empty.With(10, Start, Hour).With(20, Start + Hour / 2, Hour).With(30, Start + Hour, Hour).With(40, Start + 3 * Hour, Hour);
        marks = SequenceMarks.Read(marks.Write());

        Assert.Equal(3, marks.Count); // the second came too soon
        Assert.Equal([0L, 10, 10, 30, 40], new[] { Start - Hour, Start, Start + Hour / 2, Start + 2 * Hour, Start + 9 * Hour }.Select(marks.At));
        Assert.Equal((2, 30L), (marks.Since(Start + 2 * Hour).Count, marks.Since(Start + 2 * Hour).At(Start + 2 * Hour)));
    }

    [Fact]
    public void Marks_ClockOrLogSetBack_NeverMakeAnythingOlderThanItIs()
    {
        var marks = SequenceMarks.Empty.With(10, Start, Hour).With(20, Start + Hour, Hour);

        Assert.Same(marks, marks.With(30, Start - 5 * Hour, Hour));
        // An old backup: what is written above it again is new.
        Assert.Equal(10, marks.With(15, Start + 2 * Hour, Hour).At(Start + Hour));
        Assert.Equal(15, marks.With(15, Start + 2 * Hour, Hour).At(Start + 2 * Hour));
    }

    [Fact]
    public async Task Deletions_ThatEveryServerHasHeardOf_GoInAllTiersAndEpochsStay()
    {
        await using var root = await RunningServer.RootAsync();
        await using var middle = await RunningServer.ReplicaAsync(root.GrpcUrl, "middle");
        await using var leaf = await RunningServer.ReplicaAsync(middle.GrpcUrl, "leaf");
        await Eventually.HoldsAsync("all are enrolled", () => root.Views.View.Servers.Count == 3);
        await DeleteAsync(root);
        await leaf.EqualsAsync(root);
        Assert.Equal((1, 1, 1), (await TombstonesAsync(root), await TombstonesAsync(middle), await TombstonesAsync(leaf)));
        var deleted = root.Log.Head.Position.Sequence;

        await Eventually.HoldsAsync("the root hears that all have it, and compacts", async () =>
        {
            await root.Get<Compaction>().RunAsync(Token);
            return root.Log.Head.Floor >= deleted;
        });
        // The floor goes down with the next transaction.
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Later" }, cancellationToken: Token);
        await leaf.EqualsAsync(root);

        Assert.Equal((0, 0, 0), (await TombstonesAsync(root), await TombstonesAsync(middle), await TombstonesAsync(leaf)));
        Assert.Equal(root.Log.Head.Floor, leaf.Log.Head.Floor);
        Assert.Equal((1, 1), (root.Log.Epochs.Count, leaf.Log.Epochs.Count));
        // A server that comes now takes what is left.
        await using var late = await RunningServer.ReplicaAsync(leaf.GrpcUrl, "late");
        await late.EqualsAsync(root);
    }

    [Fact]
    public async Task Deletions_OfAnAutonomousServer_GoWhenAllBelowItHaveThemWhateverOthersHold()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RunningServer.RootAsync();
        await using var plain = await RunningServer.ReplicaAsync(root.GrpcUrl, "plain"); // never carries that log
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        var bench = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench", folder.Path);
        await Eventually.HoldsAsync("all are enrolled, and who decides for them", () => lab.Views.View.Servers.Count == 4 && lab.Views.View.Servers.Values.All(each => lab.Views.View.DeciderOf(each.Id) is not null));
        await bench.EqualsInBothAsync(lab);
        await bench.DisposeAsync();
        await DeleteAsync(lab);
        var deleted = lab.Overlay.Head.Position.Sequence;

        await lab.Get<Compaction>().RunAsync(Token);
        Assert.True(lab.Overlay.Head.Floor < deleted); // the replica below has not heard of it
        await using var again = await RunningServer.ReplicaAsync(lab.GrpcUrl, "bench", folder.Path);
        await again.EqualsInBothAsync(lab);
        await Eventually.HoldsAsync("the lab hears that all have it, and compacts", async () =>
        {
            await lab.Get<Compaction>().RunAsync(Token);
            return lab.Overlay.Head.Floor >= deleted;
        });
        // The floor goes down with the next transaction.
        await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Later" }, cancellationToken: Token);
        await again.EqualsInBothAsync(lab);

        Assert.Equal((0, 0), (await TombstonesAsync(lab.Overlay), await TombstonesAsync(again.Overlay)));
        Assert.Equal(lab.Overlay.Head.Floor, again.Overlay.Head.Floor);
        await using var late = await RunningServer.ReplicaAsync(again.GrpcUrl, "late");
        await late.EqualsInBothAsync(lab);
        Assert.NotNull(late.Views.View.Groups.Find("Later"));
    }

    [Fact]
    public async Task Deletions_ThatAServerHasNotHeardOf_StayUntilTheyAreOld()
    {
        using var rootFolder = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string?> { ["Replication:KeepTombstones"] = "00:00:02" };
        await using var root = await RunningServer.StartAsync(new Hierarchy.Server.Hosting.ServerOptions { Role = "root", Name = "root", MicrosoftUpdate = "http://127.0.0.1:9" }, rootFolder.Path, settings);
        await using (var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, "silent", folder.Path))
        {
            await Eventually.HoldsAsync("it is enrolled", () => root.Views.View.Servers.Count == 2);
            await replica.EqualsAsync(root);
        }

        await DeleteAsync(root);
        var deleted = root.Log.Head.Position.Sequence;
        await root.Get<Compaction>().RunAsync(Token); // marks the time
        Assert.True(root.Log.Head.Floor < deleted);
        Assert.Equal(1, await TombstonesAsync(root));

        await Eventually.HoldsAsync("they are old", async () =>
        {
            await root.Get<Compaction>().RunAsync(Token);
            return root.Log.Head.Floor == deleted;
        });
        Assert.Equal(0, await TombstonesAsync(root));
        await using var back = await RunningServer.ReplicaAsync(root.GrpcUrl, "silent", folder.Path);
        await back.EqualsAsync(root); // by a snapshot
        Assert.Null(back.Views.View.Groups.Find("Gone"));
    }

    [Fact]
    public async Task Deletions_ThatAConnectedServerStillNeeds_Stay()
    {
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string?> { ["Feed:PageRecords"] = "1" };
        await using var root = await RunningServer.StartAsync(new Hierarchy.Server.Hosting.ServerOptions { Role = "root", Name = "root", MicrosoftUpdate = "http://127.0.0.1:9" }, folder.Path, settings);
        await Eventually.HoldsAsync("it is enrolled itself", () => root.Views.View.Servers.Count == 1);
        await DeleteAsync(root);
        var feed = root.Get<FeedSource>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // It takes one of several pages and no more.
        var following = feed.FollowAsync(
            new FollowerHello(Guid.NewGuid(), "slow", new Position(root.Log.Head.Position.Log, 1, root.Log.Head.Position.EpochId, 1), 0, 0, 0, Snapshot: false, ReadsBrotli: true),
            async (_, token) =>
            {
                sent.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            },
            stop.Token);
        await sent.Task.WaitAsync(Token);
        await root.Get<Compaction>().RunAsync(Token);

        Assert.True(root.Log.Head.Floor <= 2, $"floor {root.Log.Head.Floor}");
        Assert.Equal(1, await TombstonesAsync(root));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        await root.Get<Compaction>().RunAsync(Token);
        Assert.Equal(0, await TombstonesAsync(root));
    }

    private static async Task DeleteAsync(RunningServer root)
    {
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Gone" }, cancellationToken: Token);
        await root.Admin.RemoveGroupAsync(new RemoveGroupRequest { Name = "Gone" }, cancellationToken: Token);
    }

    private static Task<int> TombstonesAsync(RunningServer server) => TombstonesAsync(server.Log);

    private static async Task<int> TombstonesAsync(ILogReader log) => (await log.ReadPageAsync(0, 10_000, 1 << 24, Token)).Records.Count(record => record.IsTombstone);
}
