using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.SqlServer;
using Xunit;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>The report store of the SQL Server dialect, whole, over tables in memory.</summary>
public sealed class ReportBookTests : ReportStoreContract
{
    private static readonly Guid Update = new("a0000000-0000-0000-0000-000000000009");

    private MemoryReportTables _tables = new();
    private SqlServerReportStore? _store;

    public override async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
        _store = null;
        _tables = new MemoryReportTables();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Merge_AnswerLost_IsRightWhenItIsTriedAgain(bool committed)
    {
        var status = new StatusReport("c1", 1, 1, Update, 200, UpdateState.Failed, 0, DateTimeOffset.UnixEpoch);
        Fault(committed);

        await Assert.ThrowsAsync<UnavailableException>(async () => await _store!.MergeAsync([], [status], null, Token));
        Assert.Equal(committed ? 0 : 1, await _store!.MergeAsync([], [status], null, Token));

        Assert.Equal(1, _store.OutboxHead);
        Assert.Equal([status], await _store.ListStatusesOfComputerAsync("c1", Token));
        Assert.Equal(1, Assert.Single(await _store.CountAsync([Update], Token)).Count);
    }

    [Fact]
    public async Task Merge_AnotherServerWroteMeanwhile_IsDoneAgainOnTop()
    {
        await using var second = new SqlServerReportStore(_tables, 2, isRoot: false, isRestored: false, GroupsOf);
        for (var i = 0; i < 20; i++)
            await (i % 2 == 0 ? _store! : second).MergeAsync([], [new StatusReport($"c{i % 3}", 1, i, Update, 200, (UpdateState)(i % 6), 0, DateTimeOffset.UnixEpoch)], null, Token);

        Assert.Equal(20, second.OutboxHead);
        Assert.Equal(3, (await second.CountAsync([Update], Token)).Sum(count => count.Count));
    }

    protected override async Task<IReportStore> ReopenAsync(bool isRoot, bool restored = false)
    {
        if (_store is not null) await _store.DisposeAsync();
        return _store = new SqlServerReportStore(_tables, 4, isRoot, restored, GroupsOf);
    }

    private void Fault(bool committed) => _tables.NextFault = () =>
    {
        _tables.NextFault = () => null;
        return committed;
    };
}
