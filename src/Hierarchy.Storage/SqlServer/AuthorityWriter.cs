using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.SqlServer;

/// <summary>The writing half of an authority's log, over whatever holds its tables.</summary>
internal sealed class AuthorityWriter : IAsyncDisposable
{
    private readonly RevisionNumberBlock _revisionNumbers = new();
    private readonly CommitQueue<LogWork> _queue;

    /// <param name="tables">Where it writes.</param>
    /// <param name="publish">Takes every new state, after it is durable and before it is told.</param>
    /// <param name="start">What came before; null for a further server of the epoch that another one has begun.</param>
    /// <param name="above">The highest epoch that was heard of elsewhere.</param>
    /// <param name="publicKey">Of the new epoch.</param>
    public AuthorityWriter(ILogTables tables, Action<LogView> publish, AuthorityStart? start, int above, ReadOnlyMemory<byte> publicKey)
    {
        Committer = new LogCommitter(tables, publish);
        Committer.Open();
        if (start == AuthorityStart.Halted) Committer.Halt($"{tables.Name}: this log was superseded, and takes no changes. Ask the server that took its place.");
        else if (start is { } begins) Committer.BeginEpoch(begins, above, publicKey);
        _queue = new CommitQueue<LogWork>(Committer.TryCommit, tables.Name);
    }

    public LogCommitter Committer { get; }

    public ValueTask<CommittedTransaction> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var bytes = TransactionLimits.Check(changes);
        var keys = new (int, ReadOnlyMemory<byte>)[changes.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = (changes[i].Kind, changes[i].Key);
        return RunAsync(new LogWork<CommittedTransaction>(keys, bytes, plan => plan.Add(changes), cancellationToken), cancellationToken);
    }

    public async ValueTask<int> ReserveRevisionNumbersAsync(int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Committer.Refuse();
        if (_revisionNumbers.TryTake(count) is { } first) return first;
        var work = new LogWork<(long, long)>([RevisionNumberBlock.Key], bytes: 9, plan => RevisionNumberBlock.Reserve(plan, count), cancellationToken);
        return _revisionNumbers.Take(await RunAsync(work, cancellationToken), count);
    }

    public async ValueTask CompactAsync(long floor, CancellationToken cancellationToken) =>
        await RunAsync(new LogWork<long>([], bytes: 0, plan => plan.Compact(floor), cancellationToken), cancellationToken);

    /// <summary>Reads what other servers of this epoch have written, and tells it.</summary>
    public async ValueTask CatchUpAsync(CancellationToken cancellationToken) =>
        await RunAsync(new LogWork<bool>([], bytes: 0, _ => true, cancellationToken) { SeesOthers = true }, cancellationToken);

    /// <summary>Ends after everything that was accepted.</summary>
    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private ValueTask<TResult> RunAsync<TResult>(LogWork<TResult> work, CancellationToken cancellationToken) => _queue.RunAsync<TResult, LogWork<TResult>>(work, cancellationToken);
}
