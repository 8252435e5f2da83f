using Dapper;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// A log carried verbatim from another server, in SQL Server. Pages are copied in bulk into a table of their own, with the place they reach, in one transaction each; a fold moves them in one transaction.
/// </summary>
public sealed class SqlServerMirrorLog : SqlServerLogReader, IMirrorLog
{
    private readonly SemaphoreSlim _gate = new(1);
    private volatile MirrorStaging _staging = MirrorStaging.None;

    // After a failure memory may lag behind the tables: the commit may have come through without its answer.
    private bool _isUncertain = true;

    private SqlServerMirrorLog(SqlServerDatabase database, int readers) : base(database, readers) => Load();

    /// <inheritdoc />
    public StagingState Staging => _staging.State;

    /// <inheritdoc />
    public Checkpoint? Checkpoint => View.Checkpoint;

    /// <summary>Opens the mirror, creating its tables where there are none.</summary>
    /// <exception cref="UnavailableException">The database cannot be reached, or refuses.</exception>
    /// <exception cref="IntegrityException">The tables are damaged, or of a later version.</exception>
    public static SqlServerMirrorLog Open(SqlServerStoreOptions options) => new(new SqlServerDatabase(options), options.Readers);

    /// <inheritdoc />
    public async ValueTask BeginStagingAsync(StagingMode mode, long sourceFloor, CancellationToken cancellationToken)
    {
        if (mode is not (StagingMode.CatchUp or StagingMode.Snapshot)) throw new ArgumentOutOfRangeException(nameof(mode), mode, "Staging is for a catch-up or a snapshot.");
        await WriteAsync(
            (connection, transaction) =>
            {
                var state = new StagingState(mode, mode == StagingMode.CatchUp ? Head.Position.Sequence : 0, sourceFloor, SourceHead: 0);
                return Stand(new MirrorStaging(state, 0, LogHead.Empty.Digest), connection, transaction, dropRows: true);
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask StageAsync(IReadOnlyList<ChangeRecord> records, long through, long sourceHead, CancellationToken cancellationToken)
    {
        await WriteAsync(
            (connection, transaction) =>
            {
                if (_staging.State.Mode == StagingMode.None) throw new InvalidOperationException("A page came before the staging began.");
                MirrorRules.CheckOrder(records, _staging.State.Through, through, "page");
                return Stage(records, through, sourceHead, connection, transaction);
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<FoldResult> FoldAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var folded = await WriteAsync((connection, transaction) => Fold(checkpoint, connection, transaction), cancellationToken);
        if (folded) return FoldResult.Folded;
        await WriteAsync((connection, transaction) => Stand(MirrorStaging.None, connection, transaction, dropRows: true), cancellationToken);
        return FoldResult.DigestMismatch;
    }

    /// <inheritdoc />
    public async ValueTask<FoldResult> ApplyAsync(IReadOnlyList<ChangeRecord> records, Checkpoint checkpoint, long sourceFloor, CancellationToken cancellationToken)
    {
        var applied = await WriteAsync((connection, transaction) => Apply(records, checkpoint, sourceFloor, connection, transaction), cancellationToken);
        return applied ? FoldResult.Folded : FoldResult.DigestMismatch;
    }

    /// <inheritdoc />
    public ValueTask<LossPage> ReadLossAsync(long after, int maxRecords, int maxBytes, CancellationToken cancellationToken)
    {
        var (view, staging) = (View, Staging);
        if (staging.Mode != StagingMode.Snapshot || view.Head.Position.IsEmpty)
            return ValueTask.FromResult(new LossPage(view.Head.Position.Sequence, [], view.Head.Position.Sequence, IsLast: true));
        return ReadLossAsync(view, staging.Through, after, maxRecords, maxBytes, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask RefreshCheckpointAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        await WriteAsync(
            (connection, transaction) =>
            {
                MirrorRules.CheckReissue(checkpoint, Head);
                return Become(View with { Checkpoint = checkpoint }, _staging, connection, transaction);
            },
            cancellationToken);
    }

    private protected override void BeforeRead()
    {
    }

    private protected override void OnOlder(LogHead found)
    {
    }

    private Outcome Stage(IReadOnlyList<ChangeRecord> records, long through, long sourceHead, SqlConnection connection, SqlTransaction transaction)
    {
        var digest = new LogDigest(_staging.Digest.Span);
        var count = _staging.Count;
        // Records that moved at the source after an earlier page had them.
        var older = PlanWriter.FindMany(Database, connection, transaction, LogTables.FindManyStagedEnd, [.. records.Select(record => (record.Kind, record.Key))]);
        foreach (var record in older.Values.Where(record => !record.IsTombstone))
        {
            digest.Subtract(record);
            count--;
        }

        PlanWriter.RemoveRows(Database, connection, transaction, LogTables.RemoveStaged, [.. older.Keys]);
        PlanWriter.Copy(Database, connection, transaction, "staged", records);
        digest.AddRange(records);
        count += records.Count(record => !record.IsTombstone);
        var state = _staging.State with { Through = through, SourceHead = Math.Max(_staging.State.SourceHead, sourceHead) };
        return Stand(new MirrorStaging(state, count, digest.ToBytes()), connection, transaction, dropRows: false);
    }

    // Nothing when the state would not equal the checkpoint; the transaction is undone then.
    private Outcome? Fold(Checkpoint checkpoint, SqlConnection connection, SqlTransaction transaction)
    {
        var staging = _staging;
        var replaces = staging.State.Mode == StagingMode.Snapshot || Head.Position.IsEmpty;
        MirrorRules.CheckLog(checkpoint, Head, replaces);

        var digest = new LogDigest(replaces ? LogHead.Empty.Digest.Span : Head.Digest.Span);
        var count = staging.Count + (replaces ? 0 : Head.Count);
        if (!replaces)
            foreach (var row in connection.Query<RecordRow>(Database.Sql(LogTables.ReadReplacedByStaged), param: null, transaction, buffered: false, Database.Timeout))
            {
                digest.Subtract(row.ToRecord());
                count--;
            }

        digest.Add(new LogDigest(staging.Digest.Span));
        if (checkpoint.Count != count || !digest.Matches(checkpoint.Digest.Span)) return null;

        var floor = replaces ? staging.State.SourceFloor : Math.Max(Head.Floor, staging.State.SourceFloor);
        LockHead(connection, transaction);
        connection.Execute(Database, replaces ? LogTables.DropRecords : LogTables.DropReplacedByStaged, transaction);
        connection.Execute(Database, LogTables.FoldStaged, transaction);
        MirrorStaging.None.Write(Database, connection, transaction, dropRows: true);
        return Become(checkpoint, floor, replaces, hasEpoch: true, MirrorStaging.None, connection, transaction);
    }

    private Outcome? Apply(IReadOnlyList<ChangeRecord> records, Checkpoint checkpoint, long sourceFloor, SqlConnection connection, SqlTransaction transaction)
    {
        MirrorRules.CheckLog(checkpoint, Head, replaces: Head.Position.IsEmpty);
        MirrorRules.CheckOrder(records, Head.Position.Sequence, checkpoint.Position.Sequence, "transaction");
        var digest = new LogDigest(Head.Digest.Span);
        var replaced = PlanWriter.FindMany(Database, connection, transaction, LogTables.FindManyEnd, [.. records.Select(record => (record.Kind, record.Key))]);
        foreach (var record in replaced.Values)
            digest.Subtract(record);
        digest.AddRange(records);
        var count = Head.Count - replaced.Values.Count(record => !record.IsTombstone) + records.Count(record => !record.IsTombstone);
        if (checkpoint.Count != count || !digest.Matches(checkpoint.Digest.Span)) return null;

        LockHead(connection, transaction);
        PlanWriter.RemoveRows(Database, connection, transaction, LogTables.Remove, [.. replaced.Keys]);
        PlanWriter.Copy(Database, connection, transaction, "record", records);
        // What was staged was staged on top of the state before.
        var drops = _staging.State.Mode != StagingMode.None;
        if (drops) MirrorStaging.None.Write(Database, connection, transaction, dropRows: true);
        return Become(checkpoint, Math.Max(Head.Floor, sourceFloor), replaces: false, records.Any(record => record.Kind == RecordKinds.Epoch), drops ? MirrorStaging.None : _staging, connection, transaction);
    }

    private Outcome Become(
        Checkpoint checkpoint, long floor, bool replaces, bool hasEpoch, MirrorStaging staging, SqlConnection connection, SqlTransaction transaction)
    {
        floor = Math.Min(floor, checkpoint.Position.Sequence);
        var above = replaces ? 0 : Head.Floor;
        if (floor > above) PlanWriter.DropTombstones(Database, connection, transaction, above, floor);
        if (!hasEpoch) MirrorRules.CheckEpoch(checkpoint, Head);
        var epochs = hasEpoch ? LogView.ReadEpochs(Database, LogTables.ReadEpochs, connection, transaction, checkpoint.Position) : Epochs;
        var head = new LogHead(checkpoint.Position, floor, checkpoint.Count, checkpoint.Digest);
        return Become(View with { Head = head, Epochs = epochs, Checkpoint = checkpoint }, staging, connection, transaction);
    }

    private Outcome Become(LogView view, MirrorStaging staging, SqlConnection connection, SqlTransaction transaction)
    {
        // The lock of the head, taken before, has counted once.
        var row = LogView.ReadHead(Database, connection, transaction);
        if (!PlanWriter.WriteHead(Database, connection, transaction, View with { Writes = row.Writes }, view.Head, view.Checkpoint))
            throw new UnavailableException($"{Database.Name}: another server writes to this mirror. Stop it, or give this one a schema of its own.");
        return new Outcome(view with { Writes = row.Writes + 1 }, staging);
    }

    // First of all that a reader may meet: one that holds the head back waits for nothing else of ours.
    private void LockHead(SqlConnection connection, SqlTransaction transaction) => connection.Execute(Database, LogTables.Fence, transaction);

    private Outcome Stand(MirrorStaging staging, SqlConnection connection, SqlTransaction transaction, bool dropRows)
    {
        staging.Write(Database, connection, transaction, dropRows);
        return new Outcome(View, staging);
    }

    private void Load()
    {
        (View, _staging) = Database.Read(Isolation, (connection, transaction) => (LogView.Read(Database, connection, transaction), MirrorStaging.Read(Database, connection, transaction)));
        _isUncertain = false;
    }

    // One writer at a time; memory is what the tables are.
    private async ValueTask<bool> WriteAsync(Func<SqlConnection, SqlTransaction, Outcome?> write, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Write(write), cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private bool Write(Func<SqlConnection, SqlTransaction, Outcome?> write)
    {
        if (_isUncertain) Load();
        _isUncertain = true;
        Outcome? outcome = null;
        try
        {
            Database.Transact((connection, transaction) => (outcome = write(connection, transaction)) ?? throw new UndoneException());
        }
        catch (UndoneException)
        {
            _isUncertain = false;
            return false;
        }
        catch (Exception exception) when (exception is IntegrityException or InvalidOperationException)
        {
            // Judged before the commit.
            _isUncertain = exception is IntegrityException { InnerException: not null };
            throw;
        }

        (View, _staging) = outcome!; // There is one when the transaction was committed.
        _isUncertain = false;
        return true;
    }

    private sealed record Outcome(LogView View, MirrorStaging Staging);

    private sealed class UndoneException : Exception;
}
