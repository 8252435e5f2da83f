using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.SqlServer;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage.SqlServer;

public sealed class SqlServerAuthorityLogTests : AuthorityLogContract
{
    private readonly SqlServerSandbox _sandbox = new();
    private SqlServerAuthorityLog? _log;
    private SqlServerAuthorityLog? _second;

    public override async ValueTask DisposeAsync()
    {
        if (_second is not null) await _second.DisposeAsync();
        if (_log is not null) await _log.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Open_ByAnotherServer_SupersedesThisOne()
    {
        await _log!.CommitAsync([Set("a", "1")], Token);
        _second = SqlServerAuthorityLog.Open(_sandbox.Options);

        await Assert.ThrowsAsync<SupersededException>(async () => await _log.CommitAsync([Set("a", "2")], Token));

        Assert.NotNull(_log.Halted);
        Assert.Equal(["1 epoch", "2 a=1", "3 epoch"], Texts(await ReadAllAsync(_second)));
        await _second.CommitAsync([Set("a", "3")], Token);
    }

    [Fact]
    public async Task Commit_DatabaseCameBackAsItWasBefore_StopsAndLeapsOverWhatWasGiven()
    {
        await _log!.CommitAsync([Set("a", "1")], Token);
        var before = _log.Head;
        await _log.CommitAsync([Set("b", "2")], Token);
        _sandbox.Execute("DELETE FROM hierarchy.record WHERE sequence = 3");
        _sandbox.Execute(
            "UPDATE hierarchy.log_head SET sequence = 2, live_count = @count, digest = @digest, writes = writes - 1", new { count = before.Count, digest = before.Digest.ToArray() });
        string? told = null;
        _log.Rewound += reason => told = reason;

        await Assert.ThrowsAsync<UnavailableException>(async () => await _log.CommitAsync([Set("c", "3")], Token));

        Assert.Contains("came back", told, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UnavailableException>(async () => await _log.ReadPageAsync(0, 10, 1000, Token));
        _second = SqlServerAuthorityLog.Open(_sandbox.Options);
        Assert.True(_second.Head.Position.Epoch > Epoch.Leap);
        Assert.Equal(["1 epoch", "2 a=1"], Texts(await ReadAllAsync(_second))[..2]);
    }

    [Fact]
    public async Task Open_ManyAtOnce_OneOfThemDecides()
    {
        var logs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => SqlServerAuthorityLog.Open(_sandbox.Options), Token)));
        try
        {
            var newest = logs.MaxBy(log => log.Head.Position.Epoch)!;
            await newest.CommitAsync([Set("a", "1")], Token);
            foreach (var log in logs.Where(log => log != newest))
                await Assert.ThrowsAsync<SupersededException>(async () => await log.CommitAsync([Set("a", "2")], Token));
            Assert.Equal(6, (await ReadAllAsync(newest)).Count);
        }
        finally
        {
            foreach (var log in logs)
                await log.DisposeAsync();
        }
    }

    [Fact]
    public async Task Open_TablesOfALaterVersion_AreRefused()
    {
        await _log!.DisposeAsync();
        _sandbox.Execute("UPDATE hierarchy.schema_version SET version = 99 WHERE room = 'log'");
        Assert.Contains("Update the program", Assert.Throws<IntegrityException>(() => SqlServerAuthorityLog.Open(_sandbox.Options)).Message, StringComparison.Ordinal);
    }

    protected override async Task<IAuthorityLog> ReopenAsync(AuthorityStart start = AuthorityStart.Restart, int above = 0)
    {
        if (_log is not null) await _log.DisposeAsync();
        return _log = SqlServerAuthorityLog.Open(_sandbox.Options, start: start, above: above);
    }

    protected override Task<IAuthorityLog?> JoinAsync() => Task.FromResult<IAuthorityLog?>(_second = SqlServerAuthorityLog.Join(_sandbox.Options));

    protected override async Task CatchUpAsync(IAuthorityLog log) => await ((SqlServerAuthorityLog)log).CatchUpAsync(Token);
}
