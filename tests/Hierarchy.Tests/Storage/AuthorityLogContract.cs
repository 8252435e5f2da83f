using Hierarchy.Domain.Changes;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage;

/// <summary>What every implementation of <see cref="IAuthorityLog"/> must do.</summary>
public abstract class AuthorityLogContract : IAsyncLifetime
{
    private IAuthorityLog _log = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the test's log; closes it first if it is open.</summary>
    protected abstract Task<IAuthorityLog> ReopenAsync(AuthorityStart start = AuthorityStart.Restart, int above = 0);

    /// <summary>A further server of the epoch that the test's log has begun; null where a log has one server only.</summary>
    protected virtual Task<IAuthorityLog?> JoinAsync() => Task.FromResult<IAuthorityLog?>(null);

    /// <summary>Shows a log what others have written.</summary>
    protected virtual Task CatchUpAsync(IAuthorityLog log) => Task.CompletedTask;

    public async ValueTask InitializeAsync() => _log = await ReopenAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public void Open_NewLog_BeginsEpochOneAtSequenceOne()
    {
        var epoch = Assert.Single(_log.Epochs);
        Assert.Equal((1, 1L, Guid.Empty), (epoch.Number, epoch.FirstSequence, epoch.PreviousId));
        Assert.NotEqual(LogId.None, _log.Head.Position.Log);
        Assert.Equal(new Position(_log.Head.Position.Log, 1, epoch.Id, 1), _log.Head.Position);
        Assert.Equal(1, _log.Head.Count);
    }

    [Fact]
    public async Task Open_Again_BeginsTheNextEpochOfTheSameLog()
    {
        await _log.CommitAsync([Set("a", "1")], Token);
        var before = _log.Head;

        _log = await ReopenAsync();

        Assert.Equal(before.Position.Log, _log.Head.Position.Log);
        Assert.Equal((2, 3L), (_log.Head.Position.Epoch, _log.Head.Position.Sequence));
        Assert.Equal(before.Position.EpochId, _log.Epochs[1].PreviousId);
        Assert.Equal(3, _log.Epochs[1].FirstSequence);
        Assert.NotEqual(_log.Epochs[0].Id, _log.Epochs[1].Id);
        Assert.Equal(before.Count + 1, _log.Head.Count);
        Assert.Equal(PositionStanding.Valid, EpochHistory.Locate(_log.Epochs, _log.Head, before.Position));
    }

    [Fact]
    public async Task Commit_Changes_GetSequencesInOrder()
    {
        var transaction = await _log.CommitAsync([Set("a", "1"), Set("b", "2")], Token);

        Assert.Equal(["2 a=1", "3 b=2"], Texts(transaction.Records));
        Assert.Equal(3, transaction.Head.Position.Sequence);
        Assert.Equal(3, transaction.Head.Count);
        Assert.Same(transaction.Head, _log.Head);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Commit_KeyAgain_MovesItToTheEnd()
    {
        await _log.CommitAsync([Set("a", "1"), Set("b", "2")], Token);
        await _log.CommitAsync([Set("a", "3")], Token);

        Assert.Equal(["1 epoch", "3 b=2", "4 a=3"], Texts(await ReadAllAsync(_log)));
        Assert.Equal(3, _log.Head.Count);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Commit_SameKeyOfAnotherKind_IsAnotherRecord()
    {
        await _log.CommitAsync([Set("a", "1"), Set("a", "2", kind: 41)], Token);
        Assert.Equal(["1 epoch", "2 a=1", "3 a=2"], Texts(await ReadAllAsync(_log)));
    }

    [Fact]
    public async Task Commit_WhatChangesNothing_IsNoTransaction()
    {
        await _log.CommitAsync([Set("a", "1"), Delete("a")], Token);
        await _log.CommitAsync([Set("b", "1")], Token);
        var before = _log.Head;
        var seen = 0;
        _log.Committed += _ => seen++;

        var transaction = await _log.CommitAsync([Set("b", "1"), Delete("a"), Delete("never")], Token);

        Assert.Empty(transaction.Records);
        Assert.Same(before, transaction.Head);
        Assert.Same(before, _log.Head);
        Assert.Equal(0, seen);
    }

    [Fact]
    public async Task Commit_EmptyPayloadAndEmptyKey_AreNotTombstones()
    {
        await _log.CommitAsync([new Change(Kind, default, ReadOnlyMemory<byte>.Empty)], Token);

        var found = await _log.FindAsync(Kind, default, Token);
        Assert.NotNull(found);
        Assert.False(found.Value.IsTombstone);
        Assert.Equal(2, _log.Head.Count);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task ReadKind_GivesLiveRecordsOfThatKindTheHighestKeysFirst()
    {
        Assert.Empty(await _log.ReadKindAsync(Kind, below: null, skip: 0, 10, Token));
        await _log.CommitAsync([Set("b", "1"), Set("a", "2"), Set("d", "3"), Set("c", "4"), Set("c", "other", kind: 41), Set("e", "")], Token);
        await _log.CommitAsync([Delete("b"), Set("a", "5")], Token);

        Assert.Equal(["7 e=", "4 d=3", "5 c=4", "9 a=5"], Texts(await _log.ReadKindAsync(Kind, below: null, skip: 0, 10, Token)));
        Assert.Equal(["4 d=3", "5 c=4"], Texts(await _log.ReadKindAsync(Kind, below: null, skip: 1, 2, Token)));
        Assert.Equal(["5 c=4", "9 a=5"], Texts(await _log.ReadKindAsync(Kind, Bytes("d"), skip: 0, 10, Token)));
        Assert.Equal(["9 a=5"], Texts(await _log.ReadKindAsync(Kind, Bytes("c"), skip: 0, 1, Token)));
        Assert.Equal(["9 a=5"], Texts(await _log.ReadKindAsync(Kind, Bytes("d"), skip: 1, 10, Token)));
        Assert.Empty(await _log.ReadKindAsync(Kind, Bytes("a"), skip: 0, 10, Token));
        Assert.Empty(await _log.ReadKindAsync(42, below: null, skip: 0, 10, Token));
    }

    [Fact]
    public async Task Commit_Delete_LeavesATombstone()
    {
        await _log.CommitAsync([Set("a", "1")], Token);
        await _log.CommitAsync([Delete("a")], Token);

        Assert.Equal(["1 epoch", "3 a=(deleted)"], Texts(await ReadAllAsync(_log)));
        Assert.True((await _log.FindAsync(Kind, Bytes("a"), Token))!.Value.IsTombstone);
        Assert.Equal(1, _log.Head.Count);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Commit_KeyTwiceInOneTransaction_StandsOnceUnderItsLaterSequence()
    {
        var transaction = await _log.CommitAsync([Set("a", "1"), Set("b", "2"), Set("a", "3"), Delete("b")], Token);

        Assert.Equal(["4 a=3", "5 b=(deleted)"], Texts(transaction.Records));
        Assert.Equal(5, transaction.Head.Position.Sequence);
        Assert.Equal(2, transaction.Head.Count);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Commit_BeyondTheLimits_IsRefusedAndChangesNothing()
    {
        var before = _log.Head;
        var large = new byte[(4 << 20) + 1];

        await Assert.ThrowsAsync<ArgumentException>(async () => await _log.CommitAsync([.. Enumerable.Range(0, 1001).Select(i => Set($"{i}", "x"))], Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _log.CommitAsync([Set("a", "1"), new Change(Kind, Bytes("b"), large)], Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _log.CommitAsync([new Change(Kind, new byte[513], large)], Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _log.CommitAsync([new Change(RecordKinds.Epoch, Bytes("b"), large)], Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _log.CommitAsync([new Change(0, Bytes("b"), large)], Token));
        Assert.Same(before, _log.Head);

        await _log.CommitAsync([new Change(Kind, new byte[512], large)], Token);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Commit_ManyCallersAtOnce_EachKeepsItsOwnTransactionInOrder()
    {
        var told = new List<CommittedTransaction>();
        _log.Committed += told.Add;

        var transactions = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => Task.Run(async () => await _log.CommitAsync([Set($"own {i}", "1"), Set("shared", $"{i}")], Token), Token)));

        var inOrder = transactions.OrderBy(transaction => transaction.Head.Position.Sequence).ToArray();
        Assert.Equal(inOrder, told);
        var (sequence, count) = (1L, 1L);
        foreach (var transaction in inOrder)
        {
            Assert.Equal([sequence + 1, sequence + 2], transaction.Records.Select(record => record.Sequence));
            Assert.Equal(sequence += 2, transaction.Head.Position.Sequence);
            Assert.Equal(count += count == 1 ? 2 : 1, transaction.Head.Count);
        }

        Assert.Same(inOrder[^1].Head, _log.Head);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Commit_KeysThatDifferInZerosAtTheirEnds_AreDifferentRecords()
    {
        byte[][] keys = [[], [0], [0, 0], [1], [1, 0], [1, 0, 1], [1, 1]];
        await _log.CommitAsync([.. keys.Select((key, i) => new Change(Kind, key, new byte[] { (byte)i, 0 }))], Token);

        Assert.Equal(1 + keys.Length, _log.Head.Count);
        for (var i = 0; i < keys.Length; i++)
        {
            var found = (await _log.FindAsync(Kind, keys[i], Token))!.Value;
            Assert.Equal(2 + i, found.Sequence);
            Assert.Equal(keys[i], found.Key.ToArray());
            Assert.Equal([(byte)i, 0], found.Payload!.Value.ToArray());
        }

        // Another length of zeros is another payload.
        var transaction = await _log.CommitAsync([new Change(Kind, keys[1], new byte[] { 1 }), new Change(Kind, keys[2], new byte[] { 2, 0 })], Token);
        Assert.Equal([keys[1]], transaction.Records.Select(record => record.Key.ToArray()));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Commit_LargeTransactions_AreWhole()
    {
        var first = await _log.CommitAsync([.. Enumerable.Range(0, 1000).Select(i => Set($"{i:000}", $"{i}"))], Token);
        Assert.Equal((1000, 1001L, 1001L), (first.Records.Count, first.Head.Position.Sequence, first.Head.Count));
        var second = await _log.CommitAsync([.. Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? Delete($"{i:000}") : Set($"{i:000}", $"{i % 3}"))], Token);
        Assert.Equal(501, second.Head.Count);
        await _log.CompactAsync(long.MaxValue, Token);
        await AssertSoundAsync();
        Assert.Equal(501, (await ReadAllAsync(_log)).Count);
    }

    [Fact]
    public async Task Commit_ManyWritersDelaysAndRefusals_AFollowerMissesNothingAndSeesNoGap()
    {
        var logs = await JoinAsync() is { } second ? new[] { _log, second } : [_log];
        var told = logs.Select(_ => new List<CommittedTransaction>()).ToArray();
        for (var i = 0; i < logs.Length; i++)
            logs[i].Committed += told[i].Add;
        using var stop = new CancellationTokenSource();
        var following = Task.Run(() => FollowAsync(stop.Token), Token);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() => WriteAsync(logs[writer % logs.Length], new Random(writer)), Token)));
        foreach (var log in logs)
            await CatchUpAsync(log);
        await stop.CancelAsync();

        // Every sequence was given once, in the order of the commits, on every server.
        var given = Enumerable.Range(2, (int)_log.Head.Position.Sequence - 1).Select(sequence => (long)sequence).ToArray();
        Assert.NotEmpty(given);
        Assert.All(logs, log => Assert.Equal(_log.Head.Position, log.Head.Position));
        Assert.Equal(given, OwnAndOthers(told));
        Assert.All(told, transactions => Assert.Equal(transactions.SelectMany(transaction => transaction.Records).Select(record => record.Sequence).Order(), transactions.SelectMany(transaction => transaction.Records).Select(record => record.Sequence)));
        Assert.Equal(Texts(await ReadAllAsync(_log)), Texts(await following));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Committed_SubscriberFails_TheOthersAndTheLogGoOn()
    {
        var told = 0;
        Action<CommittedTransaction> failing = _ => throw new InvalidOperationException("a defect");
        _log.Committed += failing;
        _log.Committed += _ => told++;

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _log.CommitAsync([Set("a", "1")], Token));
        _log.Committed -= failing;
        await _log.CommitAsync([Set("b", "1")], Token);

        Assert.Equal(2, told);
        Assert.Equal(["1 epoch", "2 a=1", "3 b=1"], Texts(await ReadAllAsync(_log)));
    }

    [Fact]
    public async Task ReadPage_Limits_EndThePage()
    {
        for (var i = 0; i < 10; i++)
            await _log.CommitAsync([Set($"key {i}", new string('x', 100))], Token);

        var page = await _log.ReadPageAsync(1, 3, 1 << 20, Token);
        Assert.Equal([2L, 3, 4], page.Records.Select(record => record.Sequence));
        Assert.Equal((4L, false), (page.Through, page.IsLast));

        page = await _log.ReadPageAsync(4, 100, 250, Token);
        Assert.Equal([5L, 6], page.Records.Select(record => record.Sequence));
        page = await _log.ReadPageAsync(4, 100, 1, Token);
        Assert.Equal([5L], page.Records.Select(record => record.Sequence));

        page = await _log.ReadPageAsync(8, 3, 1 << 20, Token);
        Assert.Equal((11L, true), (page.Through, page.IsLast));
        page = await _log.ReadPageAsync(11, 3, 1 << 20, Token);
        Assert.Empty(page.Records);
        Assert.Equal((11L, true), (page.Through, page.IsLast));
    }

    [Fact]
    public async Task ReadPage_WhileCommitting_EveryPageIsOneState()
    {
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var read = 0;
            while (!stop.IsCancellationRequested)
            {
                // The two keys always change together: a page that shows one without the other is torn, and so is a head that does not fit.
                var page = await _log.ReadPageAsync(1, 1000, 1 << 20, Token);
                if (page.Records.Count > 0)
                {
                    Assert.Equal(2, page.Records.Count);
                    Assert.Equal(page.Records[0].Sequence + 1, page.Records[1].Sequence);
                    Assert.Equal(page.Records[1].Sequence, page.Head.Position.Sequence);
                    var epoch = (await _log.FindAsync(RecordKinds.Epoch, EpochPayload.Key(1), Token))!.Value;
                    Assert.Equal(DigestOf([epoch, .. page.Records]), page.Head.Digest.ToArray());
                }

                read++;
            }

            return read;
        });

        for (var i = 0; i < 100; i++)
            await _log.CommitAsync([Set("a", $"{i}"), Set("b", $"{i}")], Token);
        await stop.CancelAsync();

        Assert.True(await reading > 0);
    }

    [Fact]
    public async Task Compact_RaisesTheFloorAndDropsTombstonesAtOrBelow()
    {
        await _log.CommitAsync([Set("a", "1"), Set("b", "2"), Set("c", "3")], Token);
        await _log.CommitAsync([Delete("a")], Token);
        await _log.CommitAsync([Delete("b")], Token);
        var before = _log.Head;

        await _log.CompactAsync(5, Token);
        await _log.CompactAsync(3, Token);

        Assert.Equal(before with { Floor = 5 }, _log.Head);
        Assert.Equal(["1 epoch", "4 c=3", "6 b=(deleted)"], Texts(await ReadAllAsync(_log)));
        Assert.Null(await _log.FindAsync(Kind, Bytes("a"), Token));

        await _log.CompactAsync(long.MaxValue, Token);
        Assert.Equal(6, _log.Head.Floor);
        var page = await _log.ReadPageAsync(4, 10, 100, Token);
        Assert.Empty(page.Records);
        Assert.True(page.IsLast);

        _log = await ReopenAsync();
        Assert.Equal(6, _log.Head.Floor);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task ReserveRevisionNumbers_ManyCallersAndRestarts_NeverGivesOneTwice()
    {
        Assert.Equal(1, await _log.ReserveRevisionNumbersAsync(1, Token));
        var given = new HashSet<int> { 1 };
        for (var life = 0; life < 3; life++)
        {
            var counts = Enumerable.Range(0, 40).Select(i => i % 7 == 0 ? 400 : 1 + i).ToArray();
            var firsts = await Task.WhenAll(counts.Select(count => Task.Run(async () => await _log.ReserveRevisionNumbersAsync(count, Token), Token)));
            foreach (var (first, count) in firsts.Zip(counts))
                Assert.All(Enumerable.Range(first, count), number => Assert.True(given.Add(number)));
            _log = await ReopenAsync();
        }

        Assert.True(await _log.ReserveRevisionNumbersAsync(1, Token) > given.Max());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _log.ReserveRevisionNumbersAsync(0, Token));
    }

    [Fact]
    public async Task ReserveRevisionNumbers_IsARecordOfTheLog()
    {
        var told = new List<ChangeRecord>();
        _log.Committed += transaction => told.AddRange(transaction.Records);

        var first = await _log.ReserveRevisionNumbersAsync(1500, Token);

        var record = (await _log.FindAsync(RecordKinds.RevisionNumbers, default, Token))!.Value;
        Assert.True(RevisionNumberPayload.Read(record.Payload!.Value.Span) >= first + 1499);
        Assert.Equal(record.Sequence, Assert.Single(told).Sequence);
        await Assert.ThrowsAsync<ArgumentException>(async () => await _log.CommitAsync([RevisionNumberPayload.Reserve(7)], Token));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Open_AfterLoss_LeapsOverEpochsAndRevisionNumbers()
    {
        var given = await _log.ReserveRevisionNumbersAsync(5, Token) + 4;
        var before = _log.Head.Position;

        _log = await ReopenAsync(AuthorityStart.AfterLoss);

        Assert.Equal(before.Epoch + Epoch.Leap, _log.Head.Position.Epoch);
        Assert.Equal((before.EpochId, before.Sequence + 1), (_log.Epochs[^1].PreviousId, _log.Epochs[^1].FirstSequence));
        Assert.Equal(PositionStanding.Valid, EpochHistory.Locate(_log.Epochs, _log.Head, before));
        Assert.True(await _log.ReserveRevisionNumbersAsync(1, Token) > given + RevisionNumberPayload.Skip);
        await AssertSoundAsync();

        _log = await ReopenAsync(AuthorityStart.AfterLoss, above: 5_000_000);
        Assert.Equal(5_000_000 + Epoch.Leap, _log.Head.Position.Epoch);
        _log = await ReopenAsync();
        Assert.Equal(5_000_001 + Epoch.Leap, _log.Head.Position.Epoch);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Halt_RefusesEveryWriteWithItsReasonAndReadsOn()
    {
        await _log.CommitAsync([Set("a", "1")], Token);
        await _log.ReserveRevisionNumbersAsync(1, Token);
        var before = _log.Head;
        Assert.Null(_log.Halted);

        _log.Halt("root-2 is the root now");

        await AssertRefusedAsync("root-2 is the root now");
        Assert.Equal("root-2 is the root now", _log.Halted);
        _log = await ReopenAsync(AuthorityStart.Halted);
        Assert.Equal(before.Position, _log.Head.Position);
        await AssertRefusedAsync("superseded");

        _log = await ReopenAsync(AuthorityStart.AfterLoss);
        Assert.Null(_log.Halted);
        await _log.CommitAsync([Set("a", "2")], Token);

        async Task AssertRefusedAsync(string reason)
        {
            Assert.Contains(reason, (await Assert.ThrowsAsync<SupersededException>(async () => await _log.CommitAsync([Set("a", "2")], Token))).Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<SupersededException>(async () => await _log.ReserveRevisionNumbersAsync(1, Token));
            await Assert.ThrowsAsync<SupersededException>(async () => await _log.ReserveRevisionNumbersAsync(100_000, Token));
            await Assert.ThrowsAsync<SupersededException>(async () => await _log.CompactAsync(1, Token));
            Assert.Equal(before.Position, _log.Head.Position);
            Assert.Contains("2 a=1", Texts(await ReadAllAsync(_log)));
        }
    }

    [Fact]
    public async Task Commit_AlreadyCancelled_WritesNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _log.CommitAsync([Set("a", "1")], new CancellationToken(canceled: true)));
        Assert.Equal(1, _log.Head.Position.Sequence);
    }

    /// <summary>Reads everything and holds count and digest against the head.</summary>
    protected async Task AssertSoundAsync()
    {
        var records = await ReadAllAsync(_log, pageSize: 7);
        Assert.Equal(_log.Head.Count, records.Count(record => !record.IsTombstone));
        Assert.Equal(_log.Head.Digest.ToArray(), DigestOf(records));
    }

    private static async Task WriteAsync(IAuthorityLog log, Random random)
    {
        for (var i = 0; i < 40; i++)
        {
            for (var yields = random.Next(20); yields > 0; yields--)
                await Task.Yield();
            Change[] changes = [Set($"key {random.Next(30)}", $"{random.Next()}"), random.Next(4) == 0 ? Delete($"shared {random.Next(5)}") : Set($"shared {random.Next(5)}", $"{random.Next()}")];
            switch (random.Next(8))
            {
                case 0:
                    await Assert.ThrowsAsync<ArgumentException>(async () => await log.CommitAsync([.. changes, new Change(0, default, default)], Token));
                    break;
                case 1:
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await log.CommitAsync(changes, new CancellationToken(canceled: true)));
                    break;
                default:
                    await log.CommitAsync(changes, Token);
                    break;
            }
        }
    }

    // As a replica does: short pages; whenever one is the last, what was taken is exactly the state of its head.
    private async Task<ChangeRecord[]> FollowAsync(CancellationToken stop)
    {
        var taken = new Dictionary<(int, string), ChangeRecord>();
        var (after, isStopping) = (0L, false);
        while (true)
        {
            // Read once more after the writers have ended.
            var last = isStopping;
            isStopping = stop.IsCancellationRequested;
            var page = await _log.ReadPageAsync(after, 7, 1 << 20, Token);
            Assert.True(page.Through >= after);
            Assert.All(page.Records, record => Assert.InRange(record.Sequence, after + 1, page.Through));
            foreach (var record in page.Records)
                taken[(record.Kind, Convert.ToHexString(record.Key.Span))] = record;
            after = page.Through;
            if (!page.IsLast) continue;
            Assert.Equal(DigestOf(taken.Values), page.Head.Digest.ToArray());
            if (last) return [.. taken.Values.OrderBy(record => record.Sequence)];
        }
    }

    // What another server wrote is told as one transaction, without what was replaced within it; its writer tells it whole.
    private static IEnumerable<long> OwnAndOthers(IEnumerable<List<CommittedTransaction>> told) =>
        told.SelectMany(transactions => transactions).SelectMany(transaction => transaction.Records).Select(record => record.Sequence).Distinct().Order();
}
