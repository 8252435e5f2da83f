using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Xunit;
using static Hierarchy.Tests.Storage.Sample;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>The writer of the SQL Server dialect, whole, over tables in memory: what it decides is shown here, what it says in SQL only where there is a database.</summary>
public sealed class AuthorityWriterTests : AuthorityLogContract
{
    private readonly MemoryLogTables _tables = new();
    private MemoryTablesLog? _log;
    private MemoryTablesLog? _second;

    public override async ValueTask DisposeAsync()
    {
        if (_second is not null) await _second.DisposeAsync();
        if (_log is not null) await _log.DisposeAsync();
    }

    [Fact]
    public async Task Commit_AnswerLostAfterTheCommit_IsAnsweredAndToldOnce()
    {
        var told = new List<CommittedTransaction>();
        _log!.Committed += told.Add;
        Fault(MemoryLogTables.Fault.After);

        var transaction = await _log.CommitAsync([Set("a", "1")], Token);

        Assert.Equal(["2 a=1"], Texts(transaction.Records));
        Assert.Equal([transaction], told);
        Assert.Same(transaction.Head, _log.Head);
        await _log.CommitAsync([Set("b", "1")], Token);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Commit_AnswerLostBeforeTheCommit_FailsAndChangesNothing()
    {
        var before = _log!.Head;
        Fault(MemoryLogTables.Fault.Before);

        await Assert.ThrowsAsync<UnavailableException>(async () => await _log.CommitAsync([Set("a", "1")], Token));

        Assert.Equal(before.Position, _log.Head.Position);
        await _log.CommitAsync([Set("b", "1")], Token);
        Assert.Equal(["1 epoch", "2 b=1"], Texts(await ReadAllAsync(_log)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commit_StillOnItsWayWhenTheAnswerIsLost_ComesThroughBeforeItIsAskedForOrNever(bool before)
    {
        Fault(MemoryLogTables.Fault.OnItsWay);
        _tables.ComesThrough = () => before;

        if (before) await _log!.CommitAsync([Set("a", "1")], Token);
        else await Assert.ThrowsAsync<UnavailableException>(async () => await _log!.CommitAsync([Set("a", "1")], Token));

        Assert.False(_tables.LetThrough());
        await _log!.CommitAsync([Set("b", "1")], Token);
        Assert.Equal(before ? ["1 epoch", "2 a=1", "3 b=1"] : ["1 epoch", "2 b=1"], Texts(await ReadAllAsync(_log)));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Open_ByAnotherServer_SupersedesThisOne()
    {
        await _log!.CommitAsync([Set("a", "1")], Token);
        _second = new MemoryTablesLog(_tables, AuthorityStart.Restart);

        await Assert.ThrowsAsync<SupersededException>(async () => await _log.CommitAsync([Set("a", "2")], Token));

        Assert.Contains("epoch 2", _log.Halted, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SupersededException>(async () => await _log.ReserveRevisionNumbersAsync(1, Token));
        Assert.Equal(["1 epoch", "2 a=1", "3 epoch"], Texts(await ReadAllAsync(_second)));
    }

    [Fact]
    public async Task Commit_DatabaseCameBackAsItWasBefore_StopsAndLeapsOverWhatWasGiven()
    {
        await _log!.CommitAsync([Set("a", "1")], Token);
        var given = await _log.ReserveRevisionNumbersAsync(5, Token) + 4;
        var comeBack = _tables.Remember();
        await _log.CommitAsync([Set("b", "2")], Token);
        var known = _log.Head.Position;
        comeBack();
        string? told = null;
        _log.Writer.Committer.Rewound += reason => told = reason;

        var failure = await Assert.ThrowsAsync<UnavailableException>(async () => await _log.CommitAsync([Set("c", "3")], Token));

        Assert.Equal(told, failure.Message);
        Assert.Contains("came back", told, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UnavailableException>(async () => await _log.CommitAsync([Set("c", "3")], Token));
        _second = new MemoryTablesLog(_tables, AuthorityStart.Restart);
        Assert.True(_second.Head.Position.Epoch > known.Epoch + Epoch.Leap);
        Assert.Equal(PositionStanding.Diverged, EpochHistory.Locate(_second.Epochs, _second.Head, known));
        Assert.True(await _second.ReserveRevisionNumbersAsync(1, Token) > given + RevisionNumberPayload.Skip);
        Assert.Null(await _second.FindAsync(Kind, Bytes("b"), Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Commit_SeveralServersAndLostAnswers_NothingAcknowledgedIsLostAndNothingComesTwice(int seed)
    {
        var random = new Random(seed);
        _tables.NextFault = () => random.Next(12) switch { 0 => MemoryLogTables.Fault.Before, 1 => MemoryLogTables.Fault.After, 2 => MemoryLogTables.Fault.OnItsWay, _ => MemoryLogTables.Fault.None };
        _tables.ComesThrough = () => random.Next(2) == 0;
        _second = new MemoryTablesLog(_tables, start: null);
        var told = new[] { new List<long>(), new List<long>() };
        _log!.Committed += transaction => told[0].AddRange(transaction.Records.Select(record => record.Sequence));
        _second.Committed += transaction => told[1].AddRange(transaction.Records.Select(record => record.Sequence));
        var acknowledged = new System.Collections.Concurrent.ConcurrentBag<ChangeRecord>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(
            async () =>
            {
                for (var i = 0; i < 60; i++)
                {
                    try
                    {
                        var transaction = await (writer % 2 == 0 ? _log : _second).CommitAsync([Set($"{writer} {i}", "own"), Set($"shared {i % 5}", $"{writer} {i}")], Token);
                        acknowledged.Add(transaction.Records[0]);
                    }
                    catch (UnavailableException)
                    {
                    }
                }
            },
            Token)));

        _tables.NextFault = () => MemoryLogTables.Fault.None;
        await _log.Writer.CatchUpAsync(Token);
        await _second.Writer.CatchUpAsync(Token);
        Assert.NotEmpty(acknowledged);
        foreach (var record in acknowledged)
            Assert.Equal(record.Sequence, (await _log.FindAsync(record.Kind, record.Key, Token))!.Value.Sequence);
        Assert.Equal(_log.Head.Position, _second.Head.Position);
        Assert.All(told, sequences => Assert.Equal(sequences.Distinct().Order(), sequences));
        var live = (await ReadAllAsync(_log)).Select(record => record.Sequence).Where(sequence => sequence > 1).ToArray();
        Assert.All(told, sequences => Assert.Empty(live.Except(sequences)));
        await AssertSoundAsync();
    }

    protected override async Task<IAuthorityLog> ReopenAsync(AuthorityStart start = AuthorityStart.Restart, int above = 0)
    {
        if (_log is not null) await _log.DisposeAsync();
        return _log = new MemoryTablesLog(_tables, start, above);
    }

    protected override Task<IAuthorityLog?> JoinAsync() => Task.FromResult<IAuthorityLog?>(_second = new MemoryTablesLog(_tables, start: null));

    protected override async Task CatchUpAsync(IAuthorityLog log) => await ((MemoryTablesLog)log).Writer.CatchUpAsync(Token);

    private void Fault(MemoryLogTables.Fault fault) => _tables.NextFault = () =>
    {
        _tables.NextFault = () => MemoryLogTables.Fault.None;
        return fault;
    };
}
