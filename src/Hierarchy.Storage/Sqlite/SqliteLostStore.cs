using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>The archive of losses in one SQLite file with `synchronous=FULL`: a loss is there whole, or not at all.</summary>
public sealed class SqliteLostStore : ILostStore, IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly SqliteStoreOptions _options;
    private readonly SqliteFileLock? _lock;
    private readonly SqliteSession _session;
    private readonly SqliteReaders _readers;
    private long _count;

    private SqliteLostStore(SqliteStoreOptions options, SqliteFileLock? fileLock, SqliteSession session)
    {
        _options = options;
        _lock = fileLock;
        _session = session;
        _readers = new SqliteReaders(options);
        LostSql.Schema.Migrate(session, options);
        _count = session.Number(LostSql.Count);
    }

    /// <inheritdoc />
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Opens the archive, creating it where there is none.</summary>
    /// <exception cref="UnavailableException">Another server holds the file, or the disk refuses.</exception>
    /// <exception cref="IntegrityException">The file is damaged, or is something else.</exception>
    public static SqliteLostStore Open(SqliteStoreOptions options)
    {
        var fileLock = SqliteFileLock.Take(options);
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.OpenWriter(options, SqliteDurability.Full);
            return new SqliteLostStore(options, fileLock, session);
        }
        catch
        {
            session?.Dispose();
            fileLock?.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<long> KeepAsync(Loss loss, IAsyncEnumerable<IReadOnlyList<ChangeRecord>> pages, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ThrowIfDiskFailed();
            _session.Begin();
            var id = Put(loss);
            var records = 0L;
            await foreach (var page in pages.WithCancellation(cancellationToken))
            {
                for (var i = 0; i < page.Count; i++)
                    _session.Statement(LostSql.PutRecord).Bind(1, id).Bind(2, page[i].Sequence).Bind(3, page[i].Kind).Bind(4, page[i].Key.Span).Bind(5, page[i].Payload).Run();
                records += page.Count;
            }

            _session.Statement(LostSql.SetRecords).Bind(1, id).Bind(2, records).Run();
            Commit();
            return id;
        }
        finally
        {
            // After a commit there is nothing to undo.
            _session.Rollback();
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Loss>> ListAsync(CancellationToken cancellationToken) => _readers.ReadAsync(static (session, _) => (IReadOnlyList<Loss>)List(session), 0, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ChangeRecord>> ReadAsync(long id, long after, int maxRecords, CancellationToken cancellationToken) =>
        _readers.ReadAsync(
            static (session, wanted) =>
            {
                var records = new List<ChangeRecord>();
                var row = session.Statement(LostSql.Read).Bind(1, wanted.id).Bind(2, wanted.after).Bind(3, wanted.maxRecords);
                while (row.Step())
                    records.Add(LogRow.Read(row));
                return (IReadOnlyList<ChangeRecord>)records;
            },
            (id, after, maxRecords),
            cancellationToken);

    /// <inheritdoc />
    public async ValueTask<bool> ForgetAsync(long id, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ThrowIfDiskFailed();
            _session.Begin();
            _session.Statement(LostSql.DropRecords).Bind(1, id).Run();
            var drop = _session.Statement(LostSql.Drop).Bind(1, id);
            drop.Run();
            var isGone = drop.Changed;
            Commit();
            return isGone;
        }
        finally
        {
            _session.Rollback();
            _gate.Release();
        }
    }

    /// <summary>Lets go of the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync(CancellationToken.None);
        _readers.Dispose();
        _session.Dispose();
        _lock?.Dispose();
        _gate.Release();
    }

    private long Put(Loss loss)
    {
        var id = Find(loss.Before) ?? _session.Number("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'loss'");
        _session.Statement(LostSql.DropRecords).Bind(1, id).Run();
        _session.Statement(LostSql.Put)
            .Bind(1, id)
            .Bind(2, loss.Time.UtcTicks)
            .Bind(3, loss.Reason)
            .Bind(4, loss.Before.Log.Value)
            .Bind(5, loss.Before.Epoch)
            .Bind(6, loss.Before.EpochId)
            .Bind(7, loss.Before.Sequence)
            .Bind(8, loss.Common)
            .Bind(9, loss.After.Log.Value)
            .Bind(10, loss.After.Epoch)
            .Bind(11, loss.After.EpochId)
            .Bind(12, loss.After.Sequence)
            .Run();
        return id;
    }

    private long? Find(Position before)
    {
        var find = _session.Statement(LostSql.Find).Bind(1, before.Log.Value).Bind(2, before.EpochId).Bind(3, before.Sequence);
        if (!find.Step()) return null;
        var id = find.Int64(0);
        find.Reset();
        return id;
    }

    private void Commit()
    {
        var count = _session.Number(LostSql.Count);
        _session.Commit();
        Interlocked.Exchange(ref _count, count);
    }

    private void ThrowIfDiskFailed()
    {
        if (_session.DiskFailed)
            throw new UnavailableException($"{_options.Path}: writing has stopped because the disk failed before. Check the disk and the system's log, then restart the server.");
    }

    private static List<Loss> List(SqliteSession session)
    {
        var losses = new List<Loss>();
        var row = session.Statement(LostSql.List);
        while (row.Step())
            losses.Add(new Loss(
                row.Int64(0), new DateTimeOffset(row.Int64(1), TimeSpan.Zero), row.Text(2), Position(row, 3), row.Int64(7), Position(row, 8), row.Int64(12)));
        return losses;
    }

    private static Position Position(SqliteStatement row, int column) => new(new LogId(row.Guid(column)), row.Int32(column + 1), row.Guid(column + 2), row.Int64(column + 3));
}
