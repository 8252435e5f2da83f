using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Tests.Storage;

public sealed class SqliteReportStoreTests : ReportStoreContract
{
    private StorageFolder _folder = new();
    private SqliteReportStore? _store;

    public override async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
        _store = null;
        _folder.Dispose();
    }

    protected override async Task<IReportStore> ReopenAsync(bool isRoot, bool restored = false)
    {
        if (_store is not null) await _store.DisposeAsync();
        if (!Directory.Exists(_folder.Path)) _folder = new StorageFolder();
        return _store = SqliteReportStore.Open(_folder.File("reports.db"), isRoot, restored, GroupsOf);
    }
}
