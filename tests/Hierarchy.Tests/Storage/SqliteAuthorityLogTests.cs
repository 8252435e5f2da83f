using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Sqlite;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage;

public sealed class SqliteAuthorityLogTests : AuthorityLogContract
{
    private readonly StorageFolder _folder = new();
    private SqliteAuthorityLog? _log;

    public override async ValueTask DisposeAsync()
    {
        if (_log is not null) await _log.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void Open_WhileAnotherHasIt_SaysSo()
    {
        var exception = Assert.Throws<UnavailableException>(() => SqliteAuthorityLog.Open(_folder.File("log.db")));
        Assert.Contains("another server", exception.Message, StringComparison.Ordinal);
        Assert.Contains("log.db", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ReadOnlyBesideTheServer_BeginsNoEpochAndRefusesToWrite()
    {
        await _log!.CommitAsync([Set("a", "1")], Token);
        await using var looking = SqliteAuthorityLog.Open(_folder.File("log.db") with { ReadOnly = true });

        Assert.Equal(_log.Head.Position, looking.Head.Position);
        Assert.Equal(["1 epoch", "2 a=1"], Texts(await ReadAllAsync(looking)));
        await Assert.ThrowsAsync<UnavailableException>(async () => await looking.CommitAsync([Set("a", "2")], Token));
        Assert.True((await looking.AuditAsync(Token)).IsSound);
    }

    [Fact]
    public void Open_NotADatabase_NamesTheFile()
    {
        var options = _folder.File("garbage.db");
        File.WriteAllBytes(options.Path, [.. Enumerable.Repeat((byte)'x', 9000)]);

        var exception = Assert.Throws<IntegrityException>(() => SqliteAuthorityLog.Open(options));

        Assert.Contains("garbage.db", exception.Message, StringComparison.Ordinal);
        Assert.Equal(9000, new FileInfo(options.Path).Length);
    }

    [Fact]
    public async Task Open_AnotherKindOfDatabase_IsRefused()
    {
        await using (SqliteReportStore.Open(_folder.File("reports.db"), isRoot: true))
        {
        }

        var exception = Assert.Throws<IntegrityException>(() => SqliteAuthorityLog.Open(_folder.File("reports.db")));
        Assert.Contains("not a change log", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderThatIsNotThere_SaysSo() =>
        Assert.Contains("folder does not exist", Assert.Throws<UnavailableException>(() => SqliteAuthorityLog.Open(_folder.File("no/log.db"))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Open_FileOfALaterVersion_IsRefused()
    {
        await _log!.DisposeAsync();
        using (var session = SqliteSession.OpenWriter(_folder.File("log.db"), SqliteDurability.Full))
            session.Execute("PRAGMA user_version = 99");

        Assert.Contains("Update the program", Assert.Throws<IntegrityException>(() => SqliteAuthorityLog.Open(_folder.File("log.db"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_RowChangedBehindTheLogsBack_IsUnsound()
    {
        await _log!.CommitAsync([Set("a", "1")], Token);
        Assert.True((await _log.AuditAsync(Token)).IsSound);
        using (var session = SqliteSession.OpenWriter(_folder.File("log.db"), SqliteDurability.Full))
            session.Execute("UPDATE record SET payload = x'00' WHERE sequence = 2");
        Assert.False((await _log.AuditAsync(Token)).IsSound);
    }

    [Fact]
    public async Task Open_MirrorThatIsComplete_GoesOnAsItsAuthority()
    {
        await _log!.CommitAsync([Set("a", "1"), Set("b", "2")], Token);
        var checkpoint = new Checkpoint(_log.Head.Position, _log.Head.Count, _log.Head.Digest, DateTimeOffset.UnixEpoch, default);
        await using (var mirror = SqliteMirrorLog.Open(_folder.File("mirror.db")))
        {
            await mirror.BeginStagingAsync(StagingMode.Snapshot, 0, Token);
            await mirror.StageAsync(await ReadAllAsync(_log), checkpoint.Position.Sequence, checkpoint.Position.Sequence, Token);
            Assert.Equal(FoldResult.Folded, await mirror.FoldAsync(checkpoint, Token));
        }

        await using var promoted = SqliteAuthorityLog.Open(_folder.File("mirror.db"));

        Assert.Equal(checkpoint.Position.Log, promoted.Head.Position.Log);
        Assert.Equal((2, 4L), (promoted.Head.Position.Epoch, promoted.Head.Position.Sequence));
        Assert.True((await promoted.AuditAsync(Token)).IsSound);
    }

    [Fact]
    public async Task Open_MirrorInTheMiddleOfATransfer_GoesOnFromItsLiveStateAfterALossAlone()
    {
        await _log!.CommitAsync([Set("a", "1")], Token);
        await _log.ReserveRevisionNumbersAsync(1, Token);
        var checkpoint = new Checkpoint(_log.Head.Position, _log.Head.Count, _log.Head.Digest, DateTimeOffset.UnixEpoch, default);
        await using (var mirror = SqliteMirrorLog.Open(_folder.File("mirror.db")))
        {
            await mirror.BeginStagingAsync(StagingMode.Snapshot, 0, Token);
            await mirror.StageAsync(await ReadAllAsync(_log), checkpoint.Position.Sequence, checkpoint.Position.Sequence, Token);
            await mirror.FoldAsync(checkpoint, Token);
            await mirror.BeginStagingAsync(StagingMode.CatchUp, 0, Token);
            await mirror.StageAsync([new ChangeRecord(4, Kind, Bytes("b"), Bytes("staged"))], 4, 4, Token);
        }

        Assert.Throws<IntegrityException>(() => SqliteAuthorityLog.Open(_folder.File("mirror.db")));
        await using (var promoted = SqliteAuthorityLog.Open(_folder.File("mirror.db"), start: AuthorityStart.AfterLoss))
        {
            Assert.Equal(checkpoint.Position.Epoch + Epoch.Leap, promoted.Head.Position.Epoch);
            Assert.Null(await promoted.FindAsync(Kind, Bytes("b"), Token));
            Assert.True(await promoted.ReserveRevisionNumbersAsync(1, Token) > RevisionNumberPayload.Skip);
            Assert.True((await promoted.AuditAsync(Token)).IsSound);
        }

        await using var again = SqliteAuthorityLog.Open(_folder.File("mirror.db"));
        Assert.True((await again.AuditAsync(Token)).IsSound);
    }

    [Fact]
    public async Task ReserveRevisionNumbers_FileOfAnEarlierVersion_GoesOnAboveItsRow()
    {
        await _log!.DisposeAsync();
        using (var session = SqliteSession.OpenWriter(_folder.File("log.db"), SqliteDurability.Full))
            session.Execute("INSERT INTO revision_numbers (id, reserved) VALUES (1, 62000)");

        await ReopenAsync();

        Assert.Equal(62_001, await _log.ReserveRevisionNumbersAsync(1, Token));
    }

    protected override async Task<IAuthorityLog> ReopenAsync(AuthorityStart start = AuthorityStart.Restart, int above = 0)
    {
        if (_log is not null) await _log.DisposeAsync();
        return _log = SqliteAuthorityLog.Open(_folder.File("log.db"), start: start, above: above);
    }
}
