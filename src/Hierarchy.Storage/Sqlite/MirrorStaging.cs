using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>
/// What a mirror has staged: the rows, in a table of their own or, for an empty mirror, where they will live; and beside them, in the same transactions, how far they reach, how many of them are
/// live and their digest. So a fold has to read no staged row again. Used within the mirror's write transactions.
/// </summary>
internal sealed class MirrorStaging(SqliteSession session, string path)
{
    // Below this, handing the digest to another thread costs more than it saves.
    private const int WorthAnotherThread = 64;

    private readonly LogDigest _digest = new();
    private readonly LogDigest _page = new();
    private bool _direct;

    public StagingState State { get; private set; } = StagingState.None;

    /// <summary>Live records staged.</summary>
    public long Count { get; private set; }

    /// <summary>Takes what the file holds: after opening, and after a transaction that was undone.</summary>
    public void Load()
    {
        var row = session.Statement(LogSql.ReadStaging);
        if (!row.Step())
        {
            Reset(StagingState.None, direct: false);
            return;
        }

        State = new StagingState((StagingMode)row.Int32(0), row.Int64(2), row.Int64(3), row.Int64(4));
        _direct = row.Int64(1) != 0;
        Count = row.Int64(5);
        _digest.Set(row.Blob(6));
        row.Reset();
    }

    /// <summary>Empties staging and remembers where it starts.</summary>
    public void Begin(StagingMode mode, bool direct, long after, long sourceFloor)
    {
        Drop();
        Reset(new StagingState(mode, after, sourceFloor, SourceHead: 0), direct);
        Save();
    }

    /// <summary>Keeps a page. Its digest is worked out beside the inserts.</summary>
    public void Stage(IReadOnlyList<ChangeRecord> records, long through, long sourceHead)
    {
        _page.Set(LogHead.Empty.Digest.Span);
        var digesting = records.Count < WorthAnotherThread ? Task.CompletedTask : Task.Run(() => _page.AddRange(records));
        try
        {
            Insert(records);
        }
        finally
        {
            digesting.Wait();
        }

        if (records.Count < WorthAnotherThread) _page.AddRange(records);
        _digest.Add(_page);
        State = State with { Through = through, SourceHead = Math.Max(State.SourceHead, sourceHead) };
        Save();
    }

    /// <summary>Takes the live records that staged ones replace out of a digest; returns how many.</summary>
    public long SubtractReplaced(LogDigest digest)
    {
        var count = 0L;
        var row = session.Statement(LogSql.ReadReplacedByStaged);
        while (row.Step())
        {
            digest.Subtract(row.Int64(0), row.Int32(1), row.Blob(2), row.Blob(3));
            count++;
        }

        return count;
    }

    /// <summary>Adds what is staged to a digest.</summary>
    public void AddTo(LogDigest digest) => digest.Add(_digest);

    /// <summary>Makes the staged rows live, on top of the live ones or instead of them.</summary>
    public void Fold(bool replaces)
    {
        if (!_direct)
        {
            if (replaces) session.Statement(LogSql.DropRecords).Run();
            session.Statement(LogSql.FoldStaged).Run();
            session.Statement(LogSql.DropStaged).Run();
        }

        session.Statement(LogSql.DropStaging).Run();
        Reset(StagingState.None, direct: false);
    }

    /// <summary>Forgets what is staged.</summary>
    public void Drop()
    {
        if (_direct) session.Statement(LogSql.DropRecords).Run();
        session.Statement(LogSql.DropStaged).Run();
        session.Statement(LogSql.DropStaging).Run();
        Reset(StagingState.None, direct: false);
    }

    private void Insert(IReadOnlyList<ChangeRecord> records)
    {
        var insert = session.Statement(_direct ? LogSql.StageDirectly : LogSql.Stage);
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            insert.Bind(1, record.Sequence).Bind(2, record.Kind).Bind(3, record.Key.Span).Bind(4, record.Payload).Run();
            if (!insert.Changed)
            {
                DropOlder(record);
                insert.Run();
            }

            if (!record.IsTombstone) Count++;
        }
    }

    // The record moved at the source after an earlier page had it.
    private void DropOlder(in ChangeRecord record)
    {
        var find = session.Statement(_direct ? LogSql.Find : LogSql.FindStaged).Bind(1, record.Kind).Bind(2, record.Key.Span);
        if (!find.Step()) throw SqliteErrors.Damaged(path, $"sequence {record.Sequence} is taken");
        var sequence = find.Int64(0);
        if (!find.IsNull(1))
        {
            _digest.Subtract(sequence, record.Kind, record.Key.Span, find.Blob(1));
            Count--;
        }

        find.Reset();
        session.Statement(_direct ? LogSql.DropRecord : LogSql.DropStagedRecord).Bind(1, sequence).Run();
    }

    private void Reset(StagingState state, bool direct)
    {
        State = state;
        _direct = direct;
        Count = 0;
        _digest.Set(LogHead.Empty.Digest.Span);
    }

    private void Save() =>
        session.Statement(LogSql.WriteStaging)
            .Bind(1, (long)State.Mode)
            .Bind(2, _direct ? 1 : 0)
            .Bind(3, State.Through)
            .Bind(4, State.SourceFloor)
            .Bind(5, State.SourceHead)
            .Bind(6, Count)
            .Bind(7, _digest.ToBytes())
            .Run();
}
