using System.Data;
using Dapper;
using Hierarchy.Domain.Changes;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>What an authority's log and a mirror have in common: reading head and records from one snapshot, beside the writer.</summary>
public abstract class SqlServerLogReader : ILogReader, IAsyncDisposable
{
    // A caller that asks for more gets a page of this size: the memory of a page is this server's, not the asker's.
    private const int MostRecords = 10_000;
    private const int MostBytes = 16 << 20;
    private const int MostOfKind = 1000;

    private readonly SqlServerReaders _readers;
    private volatile LogView _view = LogView.Empty;

    private protected SqlServerLogReader(SqlServerDatabase database, int readers)
    {
        Database = database;
        LogTables.Schema.Migrate(database);
        _readers = new SqlServerReaders(database, readers);
    }

    /// <inheritdoc />
    public LogHead Head => _view.Head;

    /// <inheritdoc />
    public IReadOnlyList<Epoch> Epochs => _view.Epochs;

    private protected SqlServerDatabase Database { get; }

    private protected IsolationLevel Isolation => _readers.Isolation;

    private protected LogView View
    {
        get => _view;
        set => _view = value;
    }

    /// <inheritdoc />
    public ValueTask<LogPage> ReadPageAsync(long after, int maxRecords, int maxBytes, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction, head) =>
            {
                // What a mirror has staged is nobody's business until the fold.
                if (head.Position.IsEmpty) return new LogPage([], 0, head);
                var (records, through) = ReadRows(connection, transaction, LogTables.ReadPage, after, maxRecords, maxBytes);
                return new LogPage(records, through ?? Math.Max(after, head.Position.Sequence), head);
            },
            cancellationToken);

    /// <inheritdoc />
    public ValueTask<ChangeRecord?> FindAsync(int kind, ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction, head) =>
            {
                if (head.Position.IsEmpty) return null;
                var parameters = new ParameterList().Add("kind", kind).Add("key", RecordRows.StoredKey(key), RecordRows.LongestStoredKey);
                return connection.QuerySingleOrDefault<RecordRow>(Database.Sql(LogTables.Find), parameters.Values, transaction, Database.Timeout)?.ToRecord();
            },
            cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ChangeRecord>> ReadKindAsync(int kind, ReadOnlyMemory<byte>? below, int skip, int maxRecords, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ChangeRecord>>(
            (connection, transaction, head) =>
            {
                if (head.Position.IsEmpty) return [];
                var parameters = new ParameterList().Add("kind", kind).Add("skip", Math.Max(skip, 0)).Add("limit", Math.Clamp(maxRecords, 1, MostOfKind));
                if (below is { } key) parameters.Add("below", RecordRows.StoredKey(key), RecordRows.LongestStoredKey);
                var sql = Database.Sql(below is null ? LogTables.ReadKind : LogTables.ReadKindBelow);
                return [.. connection.Query<RecordRow>(sql, parameters.Values, transaction, buffered: true, Database.Timeout).Select(row => row.ToRecord())];
            },
            cancellationToken);

    /// <summary>Ends after what has begun.</summary>
    public virtual ValueTask DisposeAsync()
    {
        _readers.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>What of the live rows the staged ones do not hold; see <see cref="IMirrorLog.ReadLossAsync"/>.</summary>
    private protected ValueTask<LossPage> ReadLossAsync(LogView view, long stagedThrough, long after, int maxRecords, int maxBytes, CancellationToken cancellationToken) =>
        ReadAsync(
            (connection, transaction, head) =>
            {
                var payloads = connection.Query<byte[]>(Database.Sql(LogTables.ReadStagedEpochs), new { kind = RecordKinds.Epoch }, transaction, buffered: true, Database.Timeout);
                var staged = payloads.Select(payload => EpochPayload.Read(payload)).OrderBy(epoch => epoch.Number).ToArray();
                var common = EpochHistory.Common(view.Epochs, view.Head.Position.Sequence, staged, stagedThrough);
                var (records, through) = ReadRows(connection, transaction, LogTables.ReadLoss, Math.Max(common, after), maxRecords, maxBytes);
                return new LossPage(common, records, through ?? head.Position.Sequence, IsLast: through is null);
            },
            cancellationToken);

    /// <summary>Reads head and whatever else from one snapshot; refuses one that is older than what this server has shown already.</summary>
    private protected ValueTask<TResult> ReadAsync<TResult>(Func<SqlConnection, SqlTransaction, LogHead, TResult> read, CancellationToken cancellationToken)
    {
        BeforeRead();
        return _readers.ReadAsync(
            (connection, transaction) =>
            {
                var known = _view;
                var row = LogView.ReadHead(Database, connection, transaction);
                // The 2 KiB of the digest are the same as those in memory, and are shared.
                var head = row.Writes == known.Writes && row.EpochId == known.Head.Position.EpochId && row.Sequence == known.Head.Position.Sequence ? known.Head : row.ToHead();
                if (head.Position.Sequence < known.Head.Position.Sequence) OnOlder(head);
                return read(connection, transaction, head);
            },
            cancellationToken);
    }

    /// <summary>Refuses reads where they would show what is not so.</summary>
    private protected abstract void BeforeRead();

    /// <summary>Told of a snapshot that is older than a state which was shown before: it can only be as new, or newer. A mirror may take the state of a source that stands lower.</summary>
    private protected abstract void OnOlder(LogHead found);

    // Where the page ends before the rows do; null when nothing is left.
    private (List<ChangeRecord> Records, long? Through) ReadRows(SqlConnection connection, SqlTransaction transaction, string sql, long after, int maxRecords, int maxBytes)
    {
        maxRecords = Math.Clamp(maxRecords, 1, MostRecords);
        var limits = new { after, limit = maxRecords + 1, bytes = (long)Math.Clamp(maxBytes, 1, MostBytes) };
        var rows = connection.Query<RecordRow>(Database.Sql(sql), limits, transaction, buffered: true, Database.Timeout).AsList();
        var records = rows.Take(maxRecords).Select(row => row.ToRecord()).ToList();
        var isLast = rows.Count == 0 || (rows.Count <= maxRecords && rows.Count == rows[0].Available);
        return (records, isLast ? null : records[^1].Sequence);
    }
}
