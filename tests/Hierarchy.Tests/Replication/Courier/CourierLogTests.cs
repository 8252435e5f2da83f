using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Courier;
using Hierarchy.Replication.Feed;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Tests.Storage;
using Xunit;

namespace Hierarchy.Tests.Replication.Courier;

/// <summary>Logs through courier files, without servers: everything, deltas, and the catalog alone; a hostile maker included.</summary>
public sealed class CourierLogTests : IAsyncLifetime
{
    private const int Approval = 5;
    private const int Revision = 2;

    private readonly StorageFolder _folder = new();
    private SqliteAuthorityLog _root = null!;
    private SqliteMirrorLog _site = null!;
    private FeedSource _feed = null!;
    private int _served;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _root = SqliteAuthorityLog.Open(_folder.File("log.db"));
        _site = SqliteMirrorLog.Open(_folder.File("mirror.db"));
        _feed = FeedSource.OfMirror(_site, FeedSample.ServerNamed("site"), new FeedOptions(), TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _feed.Dispose();
        await _site.DisposeAsync();
        await _root.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Log_ByFilesOfRandomHistories_IsWhatTheRootHas(bool catalogOnly)
    {
        var random = new Random(11);
        for (var round = 0; round < 12; round++)
        {
            for (var i = random.Next(1, 20); i > 0; i--) await ChangeAsync(random);
            if (round == 6) await _root.CompactAsync(_site.Head.Position.Sequence, Token);
            var everything = round is 0 or 8;
            var file = await ReadAsync(everything ? Position.Empty : _site.Head.Position, catalogOnly);
            Assert.Equal(CourierVerdict.Fits, await TakeAsync(file));
            await EqualsAsync(catalogOnly);
            Assert.Equal(CourierVerdict.AlreadyThere, await TakeAsync(file));
        }

        Assert.Equal(12, _served);
        Assert.Equal(catalogOnly, _site.Head.Position.Log != _root.Head.Position.Log);
    }

    [Fact]
    public async Task Log_ImportBrokenOffAfterEveryPage_GoesOnBehindIt()
    {
        var random = new Random(12);
        for (var i = 0; i < 4; i++)
            await _root.CommitAsync([.. Enumerable.Range(0, 900).Select(n => Sample.Set($"key {random.Next(3000)}", $"{n} {i}", Revision))], Token);
        var (state, messages) = await ReadAsync(Position.Empty, catalogOnly: false);
        Assert.True(messages.Count > 3);
        var staged = 0L;
        for (var pages = 1; pages < messages.Count; pages++)
        {
            var importer = Importer();
            await importer.BeginAsync(state, Token);
            foreach (var message in messages.Take(pages)) await importer.TakeAsync(message, Token);
            Assert.True(_site.Head.Position.IsEmpty);
            Assert.True(_site.Staging.Through > staged);
            Assert.Equal(pages == 1, importer.Passed == 0);
            staged = _site.Staging.Through;
        }

        Assert.Equal(CourierVerdict.Fits, await TakeAsync((state, messages)));
        await EqualsAsync(catalogOnly: false);
    }

    [Fact]
    public async Task Log_OtherFileInTheMiddleOfAnother_EndsInTheNewersState()
    {
        var random = new Random(13);
        for (var i = 0; i < 3; i++)
            await _root.CommitAsync([.. Enumerable.Range(0, 900).Select(n => Sample.Set($"key {random.Next(3000)}", $"{n} {i}", Revision))], Token);
        var older = await ReadAsync(Position.Empty, catalogOnly: false);
        for (var i = 0; i < 30; i++) await ChangeAsync(random);
        var newer = await ReadAsync(Position.Empty, catalogOnly: false);
        var importer = Importer();
        await importer.BeginAsync(older.State, Token);
        await importer.TakeAsync(older.Messages[0], Token);

        Assert.Equal(CourierVerdict.Fits, await TakeAsync(newer));
        await EqualsAsync(catalogOnly: false);
        Assert.Equal(CourierVerdict.Refused, await TakeAsync(older));
        await EqualsAsync(catalogOnly: false);
    }

    [Fact]
    public async Task Log_WithARecordThatTheRootNeverWrote_IsNotServed()
    {
        await _root.CommitAsync([Sample.Set("a", "1", Revision), Sample.Set("b", "2", Revision)], Token);
        var (state, messages) = await ReadAsync(Position.Empty, catalogOnly: false);
        var forged = Hierarchy.Replication.Wire.FeedCodec.Page(
            [.. (await Sample.ReadAllAsync(_root)).Select(record => record.Sequence == 3 ? record with { Payload = Sample.Bytes("3") } : record)], 3, 3).Bytes;

        await Assert.ThrowsAsync<IntegrityException>(() => TakeAsync((state, [new CourierFrame(CourierFrameType.Feed, forged), messages[^1]])));

        Assert.True(_site.Head.Position.IsEmpty);
        Assert.Equal(0, _served);
        Assert.Equal(CourierVerdict.Fits, await TakeAsync((state, messages)));
        await EqualsAsync(catalogOnly: false);
    }

    [Fact]
    public async Task Header_ThatContradictsItself_IsRefused()
    {
        await _root.CommitAsync([Sample.Set("a", "1", Revision)], Token);
        var good = CourierHeaders.ToProto((await ReadAsync(Position.Empty, catalogOnly: false)).State);
        Assert.Equal(2, CourierHeaders.ReadState(good).Checkpoint.Position.Sequence);
        foreach (var spoil in new Action<Protocol.Feed.V1.CourierLog>[]
        {
            log => log.Epochs.Clear(), log => log.Checkpoint = null, log => log.Checkpoint.Position.Epoch = 7, log => log.Floor = -1, log => log.KindsLeftOut.Add([5, 3]),
            log => log.From = new Protocol.Feed.V1.Position { LogId = log.Checkpoint.Position.LogId, Epoch = 1, EpochId = log.Checkpoint.Position.EpochId, Sequence = 99 },
            log => log.Ancestry.Add(Google.Protobuf.ByteString.CopyFrom(1, 2, 3)), log => log.Epochs.Add(Google.Protobuf.ByteString.CopyFrom(1, 2, 3)),
        })
        {
            var broken = good.Clone();
            spoil(broken);
            Assert.Throws<IntegrityException>(() => CourierHeaders.ReadState(broken));
        }
    }

    [Fact]
    public void Subset_ItsId_DependsOnTheLogAndOnWhatIsLeftOutAlone()
    {
        var log = new LogId(new Guid("00112233-4455-6677-8899-aabbccddeeff"));
        // Worked out apart from this program: all servers have to come to the same.
        Assert.Equal("b4d2a3ce-2686-8410-83e8-5d8746caace6", CatalogSubset.IdOf(log, [3, 4, 5, 8, 9, 15, 16, 17]).ToString());
        Assert.Equal(CatalogSubset.IdOf(log, [3, 4]), CatalogSubset.IdOf(log, [3, 4]));
        Assert.NotEqual(CatalogSubset.IdOf(log, [3, 4]), CatalogSubset.IdOf(log, [3, 5]));
        Assert.NotEqual(CatalogSubset.IdOf(log, [3, 4]), CatalogSubset.IdOf(new LogId(Guid.Empty), [3, 4]));
        Assert.Equal(8, CatalogSubset.IdOf(log, [3, 4]).Value.Version);
        Assert.DoesNotContain(RecordKinds.Epoch, CatalogSubset.KindsLeftOut);
        Assert.Contains(Approval, CatalogSubset.KindsLeftOut);
    }

    private async Task ChangeAsync(Random random)
    {
        var changes = Enumerable.Range(0, random.Next(1, 30)).Select(_ => (Kind: random.Next(2) == 0 ? Revision : Approval, Key: $"key {random.Next(200)}")).Distinct()
            .Select(change => random.Next(5) == 0 ? Sample.Delete(change.Key, change.Kind) : Sample.Set(change.Key, $"{random.Next()}", change.Kind));
        await _root.CommitAsync([.. changes], Token);
    }

    private async Task<(CourierState State, List<CourierFrame> Messages)> ReadAsync(Position since, bool catalogOnly)
    {
        var source = new CourierSource(_root, head => new Checkpoint(head.Position, head.Count, head.Digest, DateTimeOffset.UnixEpoch, default));
        var messages = new List<CourierFrame>();
        if (!since.IsEmpty) since = since with { Log = _root.Head.Position.Log };
        var state = await source.ReadAsync(
            since, catalogOnly, messages.Clear,
            (message, _) =>
            {
                messages.Add(new CourierFrame(CourierFrameType.Feed, message));
                return Task.CompletedTask;
            },
            _ => { }, Token);
        return (CourierHeaders.ReadState(CourierHeaders.ToProto(state)), messages);
    }

    private CourierImporter Importer() => new(
        _site, Guid.NewGuid(), FeedSample.ServerNamed("root"), _feed,
        (_, _) =>
        {
            _served++;
            return ValueTask.CompletedTask;
        },
        observer: null, lost: null, TimeProvider.System);

    private async Task<CourierVerdict> TakeAsync((CourierState State, List<CourierFrame> Messages) file)
    {
        var importer = Importer();
        var verdict = await importer.BeginAsync(file.State, Token);
        if (verdict != CourierVerdict.Fits) return verdict;
        foreach (var message in file.Messages) await importer.TakeAsync(message, Token);
        Assert.True(importer.IsDone);
        return verdict;
    }

    private async Task EqualsAsync(bool catalogOnly)
    {
        var expected = (await Sample.ReadAllAsync(_root)).Where(record => !record.IsTombstone && !(catalogOnly && record.Kind == Approval)).ToArray();
        var found = (await Sample.ReadAllAsync(_site)).Where(record => !record.IsTombstone).ToArray();
        Assert.Equal(Sample.Texts(expected), Sample.Texts(found));
        Assert.Equal(_root.Head.Position.Sequence, _site.Head.Position.Sequence);
        Assert.True((await _site.AuditAsync(Token)).IsSound);
        if (!catalogOnly) Assert.Equal(_root.Head.Digest.ToArray(), _site.Head.Digest.ToArray());
    }
}
