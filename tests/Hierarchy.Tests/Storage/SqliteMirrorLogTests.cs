using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Sqlite;
using Xunit;

namespace Hierarchy.Tests.Storage;

public sealed class SqliteMirrorLogTests : MirrorLogContract
{
    private readonly StorageFolder _folder = new();
    private SqliteMirrorLog? _mirror;

    public override async ValueTask DisposeAsync()
    {
        if (_mirror is not null) await _mirror.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Open_AsAuthorityInTheMiddleOfATransfer_IsRefused()
    {
        await _mirror!.BeginStagingAsync(StagingMode.Snapshot, 0, Token);
        await _mirror.DisposeAsync();
        Assert.Throws<IntegrityException>(() => SqliteAuthorityLog.Open(_folder.File("mirror.db")));
    }

    protected override async Task<IMirrorLog> ReopenAsync()
    {
        if (_mirror is not null) await _mirror.DisposeAsync();
        return _mirror = SqliteMirrorLog.Open(_folder.File("mirror.db"));
    }
}
