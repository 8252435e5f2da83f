using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>
/// A log carried verbatim from another server, in one SQLite file with `synchronous=NORMAL`: after a power loss the file is what it was some transactions earlier, records, position and staging
/// together, and the follower goes on from there. An empty mirror is filled directly, one insert a record; readers see nothing of it before the fold writes the head.
/// </summary>
public sealed class SqliteMirrorLog : SqliteLogReader, IMirrorLog
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly SqliteStoreOptions _options;
    private readonly SqliteFileLock? _lock;
    private readonly SqliteSession _session;
    private readonly MirrorStaging _staging;
    private readonly LogDigest _digest = new();
    private volatile StagingState _visibleStaging;

    private SqliteMirrorLog(SqliteStoreOptions options, SqliteFileLock? fileLock, SqliteSession session) : base(options)
    {
        _options = options;
        _lock = fileLock;
        _session = session;
        LogSql.Schema.Migrate(session, options);
        State = LogState.Read(session);
        _staging = new MirrorStaging(session, options.Path);
        _staging.Load();
        _visibleStaging = _staging.State;
    }

    /// <inheritdoc />
    public StagingState Staging => _visibleStaging;

    /// <inheritdoc />
    public Checkpoint? Checkpoint => State.Checkpoint;

    /// <summary>Opens the mirror, creating it where there is none.</summary>
    /// <exception cref="UnavailableException">Another server holds the file, or the disk refuses.</exception>
    /// <exception cref="IntegrityException">The file is damaged, or is something else.</exception>
    public static SqliteMirrorLog Open(SqliteStoreOptions options)
    {
        var fileLock = SqliteFileLock.Take(options);
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.OpenWriter(options, SqliteDurability.Normal);
            return new SqliteMirrorLog(options, fileLock, session);
        }
        catch
        {
            session?.Dispose();
            fileLock?.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask BeginStagingAsync(StagingMode mode, long sourceFloor, CancellationToken cancellationToken)
    {
        if (mode is not (StagingMode.CatchUp or StagingMode.Snapshot)) throw new ArgumentOutOfRangeException(nameof(mode), mode, "Staging is for a catch-up or a snapshot.");
        await WriteAsync(
            () =>
            {
                _staging.Begin(mode, direct: Head.Position.IsEmpty, after: mode == StagingMode.CatchUp ? Head.Position.Sequence : 0, sourceFloor);
                return State;
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask StageAsync(IReadOnlyList<ChangeRecord> records, long through, long sourceHead, CancellationToken cancellationToken)
    {
        await WriteAsync(
            () =>
            {
                if (Staging.Mode == StagingMode.None) throw new InvalidOperationException("A page came before the staging began.");
                MirrorRules.CheckOrder(records, Staging.Through, through, "page");
                _staging.Stage(records, through, sourceHead);
                return State;
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<LossPage> ReadLossAsync(long after, int maxRecords, int maxBytes, CancellationToken cancellationToken)
    {
        var (head, staging) = (Head, Staging);
        if (staging.Mode != StagingMode.Snapshot || head.Position.IsEmpty) return ValueTask.FromResult(new LossPage(head.Position.Sequence, [], head.Position.Sequence, IsLast: true));
        return ReadLossAsync(Epochs, head.Position.Sequence, staging.Through, after, maxRecords, maxBytes, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<FoldResult> FoldAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var folded = await WriteAsync(() => Fold(checkpoint), cancellationToken);
        if (folded is not null) return FoldResult.Folded;
        await WriteAsync(DropStaging, cancellationToken);
        return FoldResult.DigestMismatch;
    }

    /// <inheritdoc />
    public async ValueTask<FoldResult> ApplyAsync(IReadOnlyList<ChangeRecord> records, Checkpoint checkpoint, long sourceFloor, CancellationToken cancellationToken)
    {
        var applied = await WriteAsync(() => Apply(records, checkpoint, sourceFloor), cancellationToken);
        return applied is null ? FoldResult.DigestMismatch : FoldResult.Folded;
    }

    /// <inheritdoc />
    public async ValueTask RefreshCheckpointAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        await WriteAsync(
            () =>
            {
                MirrorRules.CheckReissue(checkpoint, Head);
                LogRow.WriteHead(_session, Head, checkpoint);
                return State with { Checkpoint = checkpoint };
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync(CancellationToken.None);
        await base.DisposeAsync();
        _session.Dispose();
        _lock?.Dispose();
        _gate.Release();
    }

    // Null when the state would not equal the checkpoint; the transaction is undone then.
    private LogState? Fold(Checkpoint checkpoint)
    {
        var staging = _staging.State;
        var replaces = staging.Mode == StagingMode.Snapshot || Head.Position.IsEmpty;
        MirrorRules.CheckLog(checkpoint, Head, replaces);

        _digest.Set(replaces ? LogHead.Empty.Digest.Span : Head.Digest.Span);
        var count = _staging.Count;
        if (!replaces) count += Head.Count - _staging.SubtractReplaced(_digest);
        _staging.AddTo(_digest);
        if (!IsAt(checkpoint, count)) return null;
        _staging.Fold(replaces);
        var floor = replaces ? staging.SourceFloor : Math.Max(Head.Floor, staging.SourceFloor);
        return Become(checkpoint, floor, readEpochs: true);
    }

    private LogState? Apply(IReadOnlyList<ChangeRecord> records, Checkpoint checkpoint, long sourceFloor)
    {
        MirrorRules.CheckLog(checkpoint, Head, replaces: Head.Position.IsEmpty);
        MirrorRules.CheckOrder(records, Head.Position.Sequence, checkpoint.Position.Sequence, "transaction");
        // What was staged was staged on top of the state before.
        if (Staging.Mode != StagingMode.None) _staging.Drop();

        var count = Head.Count;
        var hasEpoch = false;
        _digest.Set(Head.Digest.Span);
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            hasEpoch |= record.Kind == RecordKinds.Epoch;
            if (Subtract(record)) count--;
            _session.Statement(LogSql.Put).Bind(1, record.Sequence).Bind(2, record.Kind).Bind(3, record.Key.Span).Bind(4, record.Payload).Run();
            _digest.Add(record);
            if (!record.IsTombstone) count++;
        }

        return IsAt(checkpoint, count) ? Become(checkpoint, Math.Max(Head.Floor, sourceFloor), readEpochs: hasEpoch) : null;
    }

    private LogState DropStaging()
    {
        _staging.Drop();
        return State;
    }

    private LogState Become(Checkpoint checkpoint, long floor, bool readEpochs)
    {
        floor = Math.Min(floor, checkpoint.Position.Sequence);
        if (floor > Head.Floor) _session.Statement(LogSql.DropTombstones).Bind(1, floor).Run();
        var head = new LogHead(checkpoint.Position, floor, checkpoint.Count, checkpoint.Digest);
        LogRow.WriteHead(_session, head, checkpoint);
        if (readEpochs) return new LogState(head, LogState.ReadEpochs(_session, head.Position), checkpoint);
        if (checkpoint.Position.Epoch != Head.Position.Epoch || checkpoint.Position.EpochId != Head.Position.EpochId)
            throw new IntegrityException($"The checkpoint at {checkpoint.Position} is of another epoch than the records before it ({Head.Position}), and no epoch record came with it. Take the parent's state again.");
        return new LogState(head, Epochs, checkpoint);
    }

    private bool Subtract(in ChangeRecord record)
    {
        var find = _session.Statement(LogSql.Find).Bind(1, record.Kind).Bind(2, record.Key.Span);
        if (!find.Step()) return false;
        var wasLive = !find.IsNull(1);
        if (wasLive) _digest.Subtract(find.Int64(0), record.Kind, record.Key.Span, find.Blob(1));
        find.Reset();
        return wasLive;
    }

    private bool IsAt(Checkpoint checkpoint, long count) => checkpoint.Count == count && _digest.Matches(checkpoint.Digest.Span);

    private static bool IsAt(Checkpoint checkpoint, long count, ReadOnlySpan<byte> digest) => checkpoint.Count == count && digest.SequenceEqual(checkpoint.Digest.Span);

    // One writer at a time; a failure leaves memory as the file is.
    private async ValueTask<LogState?> WriteAsync(Func<LogState?> write, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_options.ReadOnly) throw new UnavailableException($"{_options.Path}: the mirror was opened only to look at it, so nothing can be written. Ask the server that runs on it.");
            if (_session.DiskFailed)
                throw new UnavailableException($"{_options.Path}: writing has stopped because the disk failed before. Check the disk and the system's log, then restart the server: it goes on from what is on the disk.");
            var state = WriteInTransaction(write);
            if (state is not null) State = state;
            _visibleStaging = _staging.State;
            return state;
        }
        finally
        {
            _gate.Release();
        }
    }

    private LogState? WriteInTransaction(Func<LogState?> write)
    {
        try
        {
            _session.Begin();
            var state = write();
            if (state is not null) _session.Commit();
            else Undo();
            return state;
        }
        catch
        {
            Undo();
            throw;
        }
    }

    private void Undo()
    {
        try
        {
            _session.Rollback();
            _staging.Load();
        }
        catch (UnavailableException) when (_session.DiskFailed)
        {
            // The first failure is the one to tell of, and nothing is written any more.
        }
    }
}
