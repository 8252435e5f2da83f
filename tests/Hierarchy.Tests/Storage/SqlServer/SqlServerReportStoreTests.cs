using Hierarchy.Domain.Reports;
using Hierarchy.Storage.SqlServer;

namespace Hierarchy.Tests.Storage.SqlServer;

public sealed class SqlServerReportStoreTests : ReportStoreContract
{
    private SqlServerSandbox _sandbox = new();
    private SqlServerReportStore? _store;

    public override async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
        _store = null;
        await _sandbox.DisposeAsync();
        _sandbox = new SqlServerSandbox();
    }

    protected override async Task<IReportStore> ReopenAsync(bool isRoot, bool restored = false)
    {
        if (_store is not null) await _store.DisposeAsync();
        return _store = SqlServerReportStore.Open(_sandbox.Options, isRoot, restored, GroupsOf);
    }
}
