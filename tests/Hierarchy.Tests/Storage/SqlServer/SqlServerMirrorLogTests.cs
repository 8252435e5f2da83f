using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.SqlServer;
using Xunit;

namespace Hierarchy.Tests.Storage.SqlServer;

public sealed class SqlServerMirrorLogTests : MirrorLogContract
{
    private readonly SqlServerSandbox _sandbox = new();
    private SqlServerMirrorLog? _mirror;

    public override async ValueTask DisposeAsync()
    {
        if (_mirror is not null) await _mirror.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Open_AsAuthorityInTheMiddleOfATransfer_IsRefused()
    {
        await _mirror!.BeginStagingAsync(StagingMode.Snapshot, 0, Token);
        Assert.Throws<IntegrityException>(() => SqlServerAuthorityLog.Open(_sandbox.Options));
    }

    protected override async Task<IMirrorLog> ReopenAsync()
    {
        if (_mirror is not null) await _mirror.DisposeAsync();
        return _mirror = SqlServerMirrorLog.Open(_sandbox.Options);
    }
}
