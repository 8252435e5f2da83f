using Hierarchy.Domain.Changes;
using Hierarchy.Storage.SqlServer;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>The writer of the SQL Server dialect over tables in memory.</summary>
internal sealed class MemoryTablesLog : IAuthorityLog, IAsyncDisposable
{
    private readonly MemoryLogTables _tables;
    private volatile LogView _view = LogView.Empty;

    public MemoryTablesLog(MemoryLogTables tables, AuthorityStart? start, int above = 0)
    {
        _tables = tables;
        Writer = new AuthorityWriter(tables, view => _view = view, start, above, publicKey: default);
    }

    public AuthorityWriter Writer { get; }

    public LogHead Head => _view.Head;

    public IReadOnlyList<Epoch> Epochs => _view.Epochs;

    public string? Halted => Writer.Committer.Halted;

    public event Action<CommittedTransaction>? Committed
    {
        add => Writer.Committer.Transaction += value;
        remove => Writer.Committer.Transaction -= value;
    }

    public void Halt(string reason) => Writer.Committer.Halt(reason);

    public ValueTask<CommittedTransaction> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) => Writer.CommitAsync(changes, cancellationToken);

    public ValueTask<int> ReserveRevisionNumbersAsync(int count, CancellationToken cancellationToken) => Writer.ReserveRevisionNumbersAsync(count, cancellationToken);

    public ValueTask CompactAsync(long floor, CancellationToken cancellationToken) => Writer.CompactAsync(floor, cancellationToken);

    public ValueTask<LogPage> ReadPageAsync(long after, int maxRecords, int maxBytes, CancellationToken cancellationToken)
    {
        var (view, all) = _tables.ReadSince(after);
        var (records, bytes) = (new List<ChangeRecord>(), 0);
        foreach (var record in all)
        {
            bytes += record.Key.Length + (record.Payload?.Length ?? 0);
            if (records.Count == maxRecords || (bytes > maxBytes && records.Count > 0)) return ValueTask.FromResult(new LogPage(records, records[^1].Sequence, view.Head));
            records.Add(record);
        }

        return ValueTask.FromResult(new LogPage(records, Math.Max(after, view.Head.Position.Sequence), view.Head));
    }

    public ValueTask<ChangeRecord?> FindAsync(int kind, ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_tables.Find([(kind, key)]).Select(record => (ChangeRecord?)record).SingleOrDefault());

    public ValueTask<IReadOnlyList<ChangeRecord>> ReadKindAsync(int kind, ReadOnlyMemory<byte>? below, int skip, int maxRecords, CancellationToken cancellationToken) =>
        ValueTask.FromResult(MemoryLog.OfKind(_tables.ReadSince(0).Records, kind, below, skip, maxRecords));

    public ValueTask DisposeAsync() => Writer.DisposeAsync();
}
