using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>What an authority's log and a mirror have in common: reading, on snapshots beside the writer.</summary>
public abstract class SqliteLogReader : ILogReader, IAsyncDisposable
{
    // A caller that asks for more gets a page of this size: the memory of a page is this server's, not the asker's.
    private const int MostRecords = 10_000;
    private const int MostBytes = 16 << 20;
    private const int MostOfKind = 1000;

    private readonly SqliteReaders _readers;
    private volatile LogState _state = LogState.Empty;

    private protected SqliteLogReader(SqliteStoreOptions options) => _readers = new SqliteReaders(options);

    /// <inheritdoc />
    public LogHead Head => _state.Head;

    /// <inheritdoc />
    public IReadOnlyList<Epoch> Epochs => _state.Epochs;

    private protected LogState State
    {
        get => _state;
        set => _state = value;
    }

    /// <inheritdoc />
    public ValueTask<LogPage> ReadPageAsync(long after, int maxRecords, int maxBytes, CancellationToken cancellationToken)
    {
        var limits = (Reader: this, after, Records: Math.Clamp(maxRecords, 1, MostRecords), Bytes: Math.Clamp(maxBytes, 1, MostBytes));
        return _readers.ReadAsync(static (session, limits) => limits.Reader.ReadPage(session, limits.after, limits.Records, limits.Bytes), limits, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<ChangeRecord?> FindAsync(int kind, ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        _readers.ReadAsync(static (session, wanted) => wanted.Reader.Find(session, wanted.kind, wanted.key), (Reader: this, kind, key), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ChangeRecord>> ReadKindAsync(int kind, ReadOnlyMemory<byte>? below, int skip, int maxRecords, CancellationToken cancellationToken)
    {
        var wanted = (Reader: this, kind, below, Skip: Math.Max(skip, 0), Records: Math.Clamp(maxRecords, 1, MostOfKind));
        return _readers.ReadAsync(static IReadOnlyList<ChangeRecord> (session, wanted) => wanted.Reader.ReadKind(session, wanted.kind, wanted.below, wanted.Skip, wanted.Records), wanted, cancellationToken);
    }

    /// <summary>Counts and digests the rows anew, in one snapshot, and holds them against the head of the same snapshot. Reads everything: for a scrub, not for a request.</summary>
    public ValueTask<LogAudit> AuditAsync(CancellationToken cancellationToken) =>
        _readers.ReadAsync(static (session, argument) => argument.Reader.Audit(session, argument.cancellationToken), (Reader: this, cancellationToken), cancellationToken);

    /// <summary>Ends after what has begun, and lets go of the file.</summary>
    public virtual ValueTask DisposeAsync()
    {
        _readers.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>What of the live rows the staged ones do not hold; see <see cref="IMirrorLog.ReadLossAsync"/>.</summary>
    private protected ValueTask<LossPage> ReadLossAsync(
        IReadOnlyList<Epoch> epochs, long head, long stagedThrough, long after, int maxRecords, int maxBytes, CancellationToken cancellationToken)
    {
        var limits = (epochs, head, stagedThrough, after, Records: Math.Clamp(maxRecords, 1, MostRecords), Bytes: Math.Clamp(maxBytes, 1, MostBytes));
        return _readers.ReadAsync(
            static (session, limits) =>
            {
                var staged = new List<Epoch>();
                var payloads = session.Statement(LogSql.ReadStagedEpochs).Bind(1, RecordKinds.Epoch);
                while (payloads.Step())
                    staged.Add(EpochPayload.Read(payloads.Blob(0)));
                staged.Sort((one, other) => one.Number.CompareTo(other.Number));
                var common = EpochHistory.Common(limits.epochs, limits.head, staged, limits.stagedThrough);
                var (records, through) = ReadRows(session, LogSql.ReadLoss, Math.Max(common, limits.after), limits.Records, limits.Bytes);
                return new LossPage(common, records, through ?? limits.head, IsLast: through is null);
            },
            limits,
            cancellationToken);
    }

    private LogPage ReadPage(SqliteSession session, long after, int maxRecords, int maxBytes)
    {
        var head = ReadHead(session);
        // Rows that an empty mirror has written directly are nobody's business until the fold.
        if (head.Position.IsEmpty) return new LogPage([], 0, head);

        var (records, through) = ReadRows(session, LogSql.ReadPage, after, maxRecords, maxBytes);
        return new LogPage(records, through ?? Math.Max(after, head.Position.Sequence), head);
    }

    // Where the page ends before the rows do; null when nothing is left.
    private static (List<ChangeRecord> Records, long? Through) ReadRows(SqliteSession session, string sql, long after, int maxRecords, int maxBytes)
    {
        var records = new List<ChangeRecord>(Math.Min(maxRecords, 1024));
        var statement = session.Statement(sql).Bind(1, after).Bind(2, maxRecords + 1L);
        var bytes = 0L;
        while (statement.Step())
        {
            // One more than wanted tells whether this is the last page.
            var size = statement.Blob(2).Length + statement.Blob(3).Length;
            if (records.Count == maxRecords || (bytes + size > maxBytes && records.Count > 0))
            {
                statement.Reset();
                return (records, records[^1].Sequence);
            }

            bytes += size;
            records.Add(LogRow.Read(statement));
        }

        return (records, null);
    }

    private ChangeRecord? Find(SqliteSession session, int kind, ReadOnlyMemory<byte> key)
    {
        if (ReadHead(session).Position.IsEmpty) return null;
        var statement = session.Statement(LogSql.Find).Bind(1, kind).Bind(2, key.Span);
        if (!statement.Step()) return null;
        var record = new ChangeRecord(statement.Int64(0), kind, key.ToArray(), Payload: null);
        // Not with a conditional: a null array converts to an empty payload, and a tombstone would be a live record.
        if (!statement.IsNull(1)) record = record with { Payload = statement.Blob(1).ToArray() };
        statement.Reset();
        return record;
    }

    private List<ChangeRecord> ReadKind(SqliteSession session, int kind, ReadOnlyMemory<byte>? below, int skip, int maxRecords)
    {
        if (ReadHead(session).Position.IsEmpty) return [];
        var statement = session.Statement(below is null ? LogSql.ReadKind : LogSql.ReadKindBelow).Bind(1, kind).Bind(2, maxRecords).Bind(3, skip);
        if (below is { } key) statement.Bind(4, key.Span);
        var records = new List<ChangeRecord>();
        while (statement.Step()) records.Add(new ChangeRecord(statement.Int64(0), kind, statement.Blob(1).ToArray(), statement.Blob(2).ToArray()));
        return records;
    }

    private LogAudit Audit(SqliteSession session, CancellationToken cancellationToken)
    {
        var head = ReadHead(session);
        var digest = new LogDigest();
        var count = 0L;
        if (!head.Position.IsEmpty)
        {
            var statement = session.Statement(LogSql.ReadPage).Bind(1, 0).Bind(2, long.MaxValue);
            while (statement.Step())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (statement.IsNull(3)) continue;
                digest.Add(statement.Int64(0), statement.Int32(1), statement.Blob(2), statement.Blob(3));
                count++;
            }
        }

        return new LogAudit(head, count, digest.ToBytes());
    }

    // The head in memory is swapped just after the commit; where the snapshot is at the same place, the 2 KiB of its digest need not be read.
    private LogHead ReadHead(SqliteSession session)
    {
        var statement = session.Statement(LogSql.ReadHead);
        if (!statement.Step()) return LogHead.Empty;
        var known = Head;
        var head = LogRow.IsAt(statement, known) ? known : LogRow.ReadHead(statement);
        statement.Reset();
        return head;
    }
}
