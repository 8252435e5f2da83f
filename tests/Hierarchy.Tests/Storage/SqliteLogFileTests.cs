using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Sqlite;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage;

public sealed class SqliteLogFileTests : IDisposable
{
    private readonly StorageFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task HandOver_FileOfAServerThatWasKilled_TakesItsWriteAheadLogAlong()
    {
        await using (var log = SqliteAuthorityLog.Open(_folder.File("running.db")))
        {
            await log.CommitAsync([Set("a", "1")], Token);
            // What a kill -9 leaves: the last transactions stand in the write-ahead log alone.
            File.Copy(_folder.File("running.db").Path, _folder.File("log.db").Path);
            File.Copy(_folder.File("running.db").Path + "-wal", _folder.File("log.db").Path + "-wal");
        }

        Assert.True(new FileInfo(_folder.File("log.db").Path + "-wal").Length > 0);
        var time = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

        SqliteLogFile.HandOver(_folder.File("log.db"), _folder.File("mirror.db"), vouched: time);
        SqliteLogFile.HandOver(_folder.File("log.db"), _folder.File("mirror.db"), vouched: time);

        Assert.Empty(Directory.GetFiles(_folder.Path, "log.db*"));
        await using var mirror = SqliteMirrorLog.Open(_folder.File("mirror.db"));
        Assert.Equal(["1 epoch", "2 a=1"], Texts(await ReadAllAsync(mirror)));
        Assert.Equal((mirror.Head.Position, time), (mirror.Checkpoint!.Position, mirror.Checkpoint.Time));
        Assert.True((await mirror.AuditAsync(Token)).IsSound);
    }

    [Fact]
    public async Task HandOver_MirrorToAuthority_KeepsItsState()
    {
        await using (var log = SqliteAuthorityLog.Open(_folder.File("mirror.db")))
            await log.CommitAsync([Set("a", "1")], Token);

        SqliteLogFile.HandOver(_folder.File("mirror.db"), _folder.File("log.db"), vouched: null);

        await using var authority = SqliteAuthorityLog.Open(_folder.File("log.db"), start: AuthorityStart.AfterLoss);
        Assert.Equal(1 + Epoch.Leap, authority.Head.Position.Epoch);
        Assert.Contains("2 a=1", Texts(await ReadAllAsync(authority)));
    }

    [Fact]
    public async Task HandOver_FileThatAServerHas_IsRefusedAndStays()
    {
        await using var log = SqliteAuthorityLog.Open(_folder.File("log.db"));

        Assert.Throws<UnavailableException>(() => SqliteLogFile.HandOver(_folder.File("log.db"), _folder.File("mirror.db"), vouched: null));

        Assert.False(File.Exists(_folder.File("mirror.db").Path));
        await log.CommitAsync([Set("a", "1")], Token);
    }

    [Fact]
    public async Task HandOver_WhereThereIsOneAlready_TouchesNeither()
    {
        await using (SqliteAuthorityLog.Open(_folder.File("log.db"))) { }
        await using (SqliteMirrorLog.Open(_folder.File("mirror.db"))) { }

        SqliteLogFile.HandOver(_folder.File("log.db"), _folder.File("mirror.db"), vouched: DateTimeOffset.UnixEpoch);

        await using var mirror = SqliteMirrorLog.Open(_folder.File("mirror.db"));
        Assert.True(mirror.Head.Position.IsEmpty);
        Assert.True(File.Exists(_folder.File("log.db").Path));
    }
}
