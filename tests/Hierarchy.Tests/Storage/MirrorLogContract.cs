using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage;

/// <summary>What every implementation of <see cref="IMirrorLog"/> must do. The source is an authority simulated in memory.</summary>
public abstract class MirrorLogContract : IAsyncLifetime
{
    private readonly SampleSource _source = new();
    private IMirrorLog _mirror = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the test's mirror; closes it first if it is open.</summary>
    protected abstract Task<IMirrorLog> ReopenAsync();

    public async ValueTask InitializeAsync() => _mirror = await ReopenAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Open_NewMirror_IsEmpty()
    {
        Assert.True(_mirror.Head.Position.IsEmpty);
        Assert.Empty(_mirror.Epochs);
        Assert.Null(_mirror.Checkpoint);
        Assert.Equal(StagingState.None, _mirror.Staging);
        var page = await _mirror.ReadPageAsync(0, 10, 1000, Token);
        Assert.Empty(page.Records);
        Assert.True(page.IsLast);
    }

    [Theory]
    [InlineData(StagingMode.CatchUp)]
    [InlineData(StagingMode.Snapshot)]
    public async Task Fold_OntoAnEmptyMirror_ShowsTheRecordsVerbatim(StagingMode mode)
    {
        _source.Commit(Set("a", "1"), Set("b", "2"), Delete("b"), Set("unknown", "9", kind: 9999));
        await StageAllAsync(mode);

        Assert.Equal(FoldResult.Folded, await _mirror.FoldAsync(_source.Checkpoint(), Token));

        await AssertEqualsSourceAsync();
        Assert.Equal(StagingState.None, _mirror.Staging);
        _mirror = await ReopenAsync();
        await AssertEqualsSourceAsync();
        Assert.True(_mirror.Checkpoint!.SameStateAs(_source.Checkpoint()));
    }

    [Fact]
    public async Task Stage_BeforeTheFold_ReadersSeeNothing()
    {
        _source.Commit(Set("a", "1"));
        await StageAllAsync(StagingMode.Snapshot);

        Assert.True(_mirror.Head.Position.IsEmpty);
        Assert.Empty((await _mirror.ReadPageAsync(0, 10, 1000, Token)).Records);
        Assert.Null(await _mirror.FindAsync(Kind, Bytes("a"), Token));
    }

    [Fact]
    public async Task Stage_OnTopOfLiveRecords_ReadersSeeTheOldStateUntilTheFold()
    {
        _source.Commit(Set("a", "1"), Set("b", "1"));
        await FoldAllAsync(StagingMode.Snapshot);
        var old = _mirror.Head;
        _source.Commit(Set("a", "2"), Set("c", "1"), Delete("b"));
        await StageAllAsync(StagingMode.CatchUp);

        Assert.Same(old, _mirror.Head);
        Assert.Equal("1", Text((await _mirror.FindAsync(Kind, Bytes("a"), Token))!.Value.Payload));

        Assert.Equal(FoldResult.Folded, await _mirror.FoldAsync(_source.Checkpoint(), Token));
        await AssertEqualsSourceAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stage_RecordThatMovedMeanwhile_ReplacesTheStagedOne(bool onTop)
    {
        _source.Commit(Set("a", "1"), Set("b", "1"), Set("c", "1"));
        if (onTop)
        {
            await FoldAllAsync(StagingMode.Snapshot);
            _source.Commit(Set("a", "2"), Set("b", "2"), Set("d", "2"));
        }

        await _mirror.BeginStagingAsync(StagingMode.CatchUp, 0, Token);
        var through = _source.Head.Position.Sequence;
        await _mirror.StageAsync(_source.After(_mirror.Staging.Through), through, _source.Head.Position.Sequence, Token);
        _source.Commit(Set("a", "3"), Delete("b"), Set("e", "3"));
        await _mirror.StageAsync(_source.After(through), _source.Head.Position.Sequence, _source.Head.Position.Sequence, Token);

        Assert.Equal(FoldResult.Folded, await _mirror.FoldAsync(_source.Checkpoint(), Token));
        await AssertEqualsSourceAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Staging_AfterARestart_GoesOnWhereItStopped(bool onTop)
    {
        for (var i = 0; i < 200; i++)
            _source.Commit(Set($"key {i % 70}", $"{i}"));
        if (onTop)
        {
            await FoldAllAsync(StagingMode.Snapshot);
            for (var i = 0; i < 200; i++)
                _source.Commit(Set($"key {i % 90}", $"second {i}"));
        }

        await _mirror.BeginStagingAsync(StagingMode.CatchUp, 3, Token);
        var all = _source.After(_mirror.Staging.Through);
        await _mirror.StageAsync(all[..30], all[29].Sequence, _source.Head.Position.Sequence, Token);

        _mirror = await ReopenAsync();

        Assert.Equal(new StagingState(StagingMode.CatchUp, all[29].Sequence, 3, _source.Head.Position.Sequence), _mirror.Staging);
        await _mirror.StageAsync(all[30..], _source.Head.Position.Sequence, _source.Head.Position.Sequence, Token);
        Assert.Equal(FoldResult.Folded, await _mirror.FoldAsync(_source.Checkpoint(), Token));
        await AssertEqualsSourceAsync();
        Assert.Equal(3, _mirror.Head.Floor);
    }

    [Theory]
    [InlineData(false, StagingMode.CatchUp)]
    [InlineData(true, StagingMode.CatchUp)]
    [InlineData(true, StagingMode.Snapshot)]
    public async Task Fold_DigestMismatch_ChangesNothingAndEmptiesStaging(bool onTop, StagingMode mode)
    {
        _source.Commit(Set("a", "1"), Set("b", "1"));
        if (onTop) await FoldAllAsync(StagingMode.Snapshot);
        var (head, records) = (_mirror.Head, await ReadAllAsync(_mirror));
        _source.Commit(Set("a", "2"), Set("c", "1"));
        await _mirror.BeginStagingAsync(mode, 0, Token);
        var forged = _source.After(_mirror.Staging.Through);
        forged[^1] = forged[^1] with { Payload = Bytes("forged") };
        await _mirror.StageAsync(forged, _source.Head.Position.Sequence, _source.Head.Position.Sequence, Token);

        Assert.Equal(FoldResult.DigestMismatch, await _mirror.FoldAsync(_source.Checkpoint(), Token));

        Assert.Equal(StagingState.None, _mirror.Staging);
        Assert.Same(head, _mirror.Head);
        Assert.Equal(Texts(records), Texts(await ReadAllAsync(_mirror)));
        _mirror = await ReopenAsync();
        Assert.Equal(Texts(records), Texts(await ReadAllAsync(_mirror)));

        await FoldAllAsync(StagingMode.CatchUp);
        await AssertEqualsSourceAsync();
    }

    [Fact]
    public async Task Fold_Snapshot_ReplacesEverythingEvenAnotherLog()
    {
        _source.Commit(Set("a", "1"), Set("b", "1"));
        await FoldAllAsync(StagingMode.Snapshot);
        var other = new SampleSource();
        other.Commit(Set("b", "other"), Set("z", "1"));

        await _mirror.BeginStagingAsync(StagingMode.Snapshot, 0, Token);
        await _mirror.StageAsync(other.After(0), other.Head.Position.Sequence, _source.Head.Position.Sequence, Token);
        Assert.Equal(FoldResult.Folded, await _mirror.FoldAsync(other.Checkpoint(), Token));

        Assert.Equal(Texts(other.After(0)), Texts(await ReadAllAsync(_mirror)));
        Assert.Equal(other.Head.Position, _mirror.Head.Position);
        Assert.Equal(other.Epochs.Select(epoch => epoch.Id), _mirror.Epochs.Select(epoch => epoch.Id));
    }

    [Fact]
    public async Task Fold_CatchUpOfAnotherLogOrBackwards_IsRefused()
    {
        _source.Commit(Set("a", "1"));
        await FoldAllAsync(StagingMode.Snapshot);
        var head = _mirror.Head;
        var other = new SampleSource();
        other.Commit(Set("b", "1"), Set("c", "1"));
        await _mirror.BeginStagingAsync(StagingMode.CatchUp, 0, Token);

        await Assert.ThrowsAsync<IntegrityException>(async () => await _mirror.FoldAsync(other.Checkpoint(), Token));
        var back = _source.Checkpoint() with { Position = head.Position with { Sequence = 1 } };
        await Assert.ThrowsAsync<IntegrityException>(async () => await _mirror.FoldAsync(back, Token));

        Assert.Same(head, _mirror.Head);
    }

    [Fact]
    public async Task Stage_RecordsOutOfOrder_AreRefusedAndNothingIsKept()
    {
        _source.Commit(Set("a", "1"), Set("b", "1"));
        await _mirror.BeginStagingAsync(StagingMode.Snapshot, 0, Token);
        var records = _source.After(0);

        await Assert.ThrowsAsync<IntegrityException>(async () => await _mirror.StageAsync([records[1], records[0]], 3, _source.Head.Position.Sequence, Token));
        await Assert.ThrowsAsync<IntegrityException>(async () => await _mirror.StageAsync(records, 2, _source.Head.Position.Sequence, Token));
        await _mirror.StageAsync(records, 3, _source.Head.Position.Sequence, Token);
        await Assert.ThrowsAsync<IntegrityException>(async () => await _mirror.StageAsync(records, 3, _source.Head.Position.Sequence, Token));

        Assert.Equal(FoldResult.Folded, await _mirror.FoldAsync(_source.Checkpoint(), Token));
        await AssertEqualsSourceAsync();
    }

    [Fact]
    public async Task Apply_LiveTransactions_FollowTheSource()
    {
        _source.Commit(Set("a", "1"), Set("b", "1"));
        await FoldAllAsync(StagingMode.Snapshot);
        for (var i = 0; i < 20; i++)
        {
            var before = _source.Head.Position.Sequence;
            if (i == 10) _source.BeginEpoch();
            _source.Commit(Set("a", $"{i}"), i % 3 == 0 ? Delete("b") : Set("b", $"{i}"), Set($"new {i}", "x"));
            Assert.Equal(FoldResult.Folded, await _mirror.ApplyAsync(_source.After(before), _source.Checkpoint(), 0, Token));
        }

        await AssertEqualsSourceAsync();
        Assert.Equal(2, _mirror.Epochs.Count);
        _mirror = await ReopenAsync();
        await AssertEqualsSourceAsync();
    }

    [Fact]
    public async Task Apply_DigestMismatch_ChangesNothing()
    {
        _source.Commit(Set("a", "1"));
        await FoldAllAsync(StagingMode.Snapshot);
        var (head, records) = (_mirror.Head, await ReadAllAsync(_mirror));
        var before = head.Position.Sequence;
        _source.Commit(Set("a", "2"), Set("b", "2"));

        var forged = _source.After(before);
        forged[0] = forged[0] with { Payload = Bytes("forged") };
        Assert.Equal(FoldResult.DigestMismatch, await _mirror.ApplyAsync(forged, _source.Checkpoint(), 0, Token));
        Assert.Equal(FoldResult.DigestMismatch, await _mirror.ApplyAsync(_source.After(before + 1), _source.Checkpoint(), 0, Token));
        var miscounted = _source.Checkpoint() with { Count = 17 };
        Assert.Equal(FoldResult.DigestMismatch, await _mirror.ApplyAsync(_source.After(before), miscounted, 0, Token));
        await Assert.ThrowsAsync<IntegrityException>(async () => await _mirror.ApplyAsync(_source.After(0), _source.Checkpoint(), 0, Token));

        Assert.Same(head, _mirror.Head);
        Assert.Equal(Texts(records), Texts(await ReadAllAsync(_mirror)));
        Assert.Equal(FoldResult.Folded, await _mirror.ApplyAsync(_source.After(before), _source.Checkpoint(), 0, Token));
        await AssertEqualsSourceAsync();
    }

    [Fact]
    public async Task Apply_EpochThatNoRecordNames_IsRefused()
    {
        _source.Commit(Set("a", "1"));
        await FoldAllAsync(StagingMode.Snapshot);
        var head = _mirror.Head;
        var before = head.Position.Sequence;
        _source.Commit(Set("a", "2"));
        var checkpoint = _source.Checkpoint();
        checkpoint = checkpoint with { Position = checkpoint.Position with { Epoch = 7, EpochId = Guid.NewGuid() } };

        await Assert.ThrowsAsync<IntegrityException>(async () => await _mirror.ApplyAsync(_source.After(before), checkpoint, 0, Token));
        Assert.Same(head, _mirror.Head);
    }

    [Fact]
    public async Task Apply_SourceFloor_RaisesOursAndNeverLowersIt()
    {
        _source.Commit(Set("a", "1"), Delete("a"), Set("b", "1"));
        await FoldAllAsync(StagingMode.Snapshot);
        Assert.Equal(0, _mirror.Head.Floor);
        foreach (var (sourceFloor, floor) in new[] { (3L, 3L), (1, 3), (0, 3), (4, 4) })
        {
            var before = _source.Head.Position.Sequence;
            _source.Commit(Set("b", $"{sourceFloor}"));
            await _mirror.ApplyAsync(_source.After(before), _source.Checkpoint(), sourceFloor, Token);
            Assert.Equal(floor, _mirror.Head.Floor);
        }

        Assert.DoesNotContain(await ReadAllAsync(_mirror), record => record.IsTombstone);
        _mirror = await ReopenAsync();
        Assert.Equal(4, _mirror.Head.Floor);
    }

    [Fact]
    public async Task RefreshCheckpoint_SameState_KeepsTheNewerOne()
    {
        _source.Commit(Set("a", "1"));
        await FoldAllAsync(StagingMode.Snapshot);
        var reissued = _source.Checkpoint() with { Time = DateTimeOffset.UnixEpoch.AddDays(2), Signature = new byte[] { 1, 2, 3 } };

        await _mirror.RefreshCheckpointAsync(reissued, Token);
        await Assert.ThrowsAsync<IntegrityException>(async () => await _mirror.RefreshCheckpointAsync(reissued with { Count = 9 }, Token));

        _mirror = await ReopenAsync();
        Assert.True(_mirror.Checkpoint!.SameStateAs(reissued));
        Assert.Equal(reissued.Time, _mirror.Checkpoint.Time);
        Assert.Equal([1, 2, 3], _mirror.Checkpoint.Signature.ToArray());
        await AssertEqualsSourceAsync();
    }

    [Fact]
    public async Task BeginStaging_Again_ForgetsWhatWasStaged()
    {
        _source.Commit(Set("a", "1"), Set("b", "1"));
        await StageAllAsync(StagingMode.Snapshot);
        await FoldAllAsync(StagingMode.CatchUp);
        await AssertEqualsSourceAsync();
    }

    [Fact]
    public async Task ReadLoss_SnapshotOfAnotherHistory_GivesWhatStandsAboveTheCommonPlaceAndIsNotTheSame()
    {
        _source.Commit(Set("a", "1"), Set("b", "1"), Set("c", "1"));
        var other = _source.Fork();
        _source.Commit(Set("own", "2"), Delete("b"), Set("both", "3"));
        await FoldAllAsync(StagingMode.Snapshot);
        other.BeginEpoch();
        other.Commit(Set("a", "2"), Set("both", "3"));

        await StageAllAsync(StagingMode.Snapshot, other);

        // "both" stands at 7 in each of them, with the same bytes.
        var page = await _mirror.ReadLossAsync(0, 100, 1 << 20, Token);
        Assert.Equal((4L, true), (page.Common, page.IsLast));
        Assert.Equal(["5 own=2", "6 b=(deleted)"], Texts(page.Records));
        page = await _mirror.ReadLossAsync(0, 1, 1 << 20, Token);
        Assert.Equal((5L, false), (page.Through, page.IsLast));
        Assert.Equal(["6 b=(deleted)"], Texts((await _mirror.ReadLossAsync(page.Through, 1, 1 << 20, Token)).Records));

        Assert.Equal(FoldResult.Folded, await _mirror.FoldAsync(other.Checkpoint(), Token));
        Assert.Empty((await _mirror.ReadLossAsync(0, 100, 1 << 20, Token)).Records);
    }

    [Fact]
    public async Task ReadLoss_SnapshotOfTheSameHistory_GivesNothing()
    {
        _source.Commit(Set("a", "1"), Set("b", "1"));
        await FoldAllAsync(StagingMode.Snapshot);
        _source.BeginEpoch();
        _source.Commit(Delete("a"), Set("b", "2"));
        await StageAllAsync(StagingMode.Snapshot);

        var page = await _mirror.ReadLossAsync(0, 100, 1 << 20, Token);

        Assert.Equal(3, page.Common);
        Assert.Empty(page.Records);
    }

    [Fact]
    public async Task ReadLoss_SnapshotOfAnotherLog_GivesEverything()
    {
        _source.Commit(Set("a", "1"), Set("b", "1"), Delete("b"));
        await FoldAllAsync(StagingMode.Snapshot);
        await StageAllAsync(StagingMode.Snapshot, new SampleSource());

        var page = await _mirror.ReadLossAsync(0, 100, 1 << 20, Token);

        Assert.Equal(0, page.Common);
        Assert.Equal(["1 epoch", "2 a=1", "4 b=(deleted)"], Texts(page.Records));
    }

    private async Task StageAllAsync(StagingMode mode, SampleSource? source = null)
    {
        source ??= _source;
        await _mirror.BeginStagingAsync(mode, 0, Token);
        foreach (var page in source.After(_mirror.Staging.Through).Chunk(80))
            await _mirror.StageAsync(page, page[^1].Sequence, source.Head.Position.Sequence, Token);
    }

    private async Task FoldAllAsync(StagingMode mode)
    {
        await StageAllAsync(mode);
        Assert.Equal(FoldResult.Folded, await _mirror.FoldAsync(_source.Checkpoint(), Token));
    }

    private async Task AssertEqualsSourceAsync()
    {
        var records = await ReadAllAsync(_mirror, pageSize: 7);
        Assert.Equal(Texts(_source.After(0)), Texts(records));
        Assert.Equal(_source.Head.Position, _mirror.Head.Position);
        Assert.Equal(_source.Head.Count, _mirror.Head.Count);
        Assert.Equal(DigestOf(records), _mirror.Head.Digest.ToArray());
        Assert.Equal(_source.Epochs.Select(epoch => epoch.Id), _mirror.Epochs.Select(epoch => epoch.Id));
    }
}
