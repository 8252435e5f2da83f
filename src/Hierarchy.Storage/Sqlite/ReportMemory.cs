using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>The working state of the report store's writer: the outbox and the children, until a transaction is durable. Touched by the writer alone.</summary>
internal sealed class ReportMemory(SqliteSession session, bool isRoot, ComputerGroups groupsOf, Action<OutboxState> publish) : IWriterMemory
{
    private readonly SqliteReportRows _rows = new(session);
    private ReportMerger _merger = null!; // Made by Open, before anything else can be asked.
    private OutboxState _durable = new(Guid.Empty, 0, 0, Guid.Empty, 0, 0);
    private bool _changed;

    /// <summary>After every change of the store, with the new outbox head.</summary>
    public event Action<long>? Changed;

    /// <summary>Which opening gave which numbers; changes when the store is opened, and never again.</summary>
    public OutboxChapters Chapters { get; private set; } = OutboxChapters.None;

    /// <summary>What the reading side needs to know numbers by.</summary>
    public SqliteReportRows Rows => _rows;

    /// <summary>Takes what the file holds, and draws the outbox's incarnation if it is new or the store was restored, and begins a chapter.</summary>
    public void Open(bool readOnly, bool isRestored)
    {
        _merger = new ReportMerger(_rows, groupsOf);
        _rows.Load();
        var row = session.Statement(ReportSql.ReadOutbox);
        if (row.Step())
        {
            _durable = new OutboxState(row.Guid(0), row.Int64(1), row.Int64(2), row.Guid(3), row.Int64(4), row.Int64(5));
            row.Reset();
        }
        else if (!readOnly)
        {
            _durable = _durable with { Incarnation = Guid.NewGuid() };
            session.Statement(ReportSql.CreateOutbox).Bind(1, _durable.Incarnation).Run();
        }

        publish(_durable);
        var chapters = session.Statement(ReportSql.ReadChapters);
        if (chapters.Step())
        {
            Chapters = OutboxChapters.FromBytes(chapters.Blob(0));
            chapters.Reset();
        }

        if (readOnly) return;
        if (StatusMigration.IsNeeded(session)) Alone(Migrate);
        if (isRestored) Alone(Renew);
        else if (isRoot) Alone(static () => 0);
        var begun = Chapters.Begin(_durable.Head, Guid.NewGuid());
        Alone(() => Write(begun));
        Chapters = begun;
    }

    public void Begin()
    {
        _rows.Outbox = _durable;
        _changed = false;
        _rows.Begin();
        _merger.Begin();
    }

    public bool Prepare()
    {
        _merger.Finish();
        if (isRoot) _rows.Outbox = _rows.Outbox with { Rooted = _rows.Outbox.Head, RootLife = _rows.Outbox.Incarnation };
        // What a parent has is worth no transaction of its own: it is said again at the next call.
        if (_rows.Outbox with { Clean = 0 } == _durable with { Clean = 0 } && !_changed) return false;
        var outbox = _rows.Outbox;
        session.Statement(ReportSql.WriteOutbox)
            .Bind(1, outbox.Incarnation).Bind(2, outbox.Head).Bind(3, outbox.Rooted).Bind(4, outbox.RootLife).Bind(5, outbox.Clean).Bind(6, outbox.Full).Run();
        return true;
    }

    public void Committed()
    {
        var grown = _rows.Outbox.Head > _durable.Head;
        _durable = _rows.Outbox;
        _rows.Committed();
        publish(_durable);
        if (grown) Changed?.Invoke(_durable.Head);
    }

    /// <summary>Merges reports; returns how many of them changed something.</summary>
    public int Merge(IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses, ChildOutbox? child)
    {
        var changed = _merger.Merge(computers, statuses);
        _changed |= changed > 0;
        if (child is not null) Put(child);
        return changed;
    }

    /// <summary>Counts computers under the groups that they are in now; returns how many had moved.</summary>
    public int Regroup(IReadOnlyCollection<string> computerIds)
    {
        var moved = _merger.Regroup(computerIds);
        _changed |= moved > 0;
        return moved;
    }

    /// <summary>Keeps what the parent has, what the root has, and what follows for the children.</summary>
    public long Acknowledge(long received, long rooted, Guid rootLife)
    {
        var outbox = _rows.Outbox.Acknowledged(received, rooted, rootLife, out var isTakenBack);
        if (isTakenBack) Remark();
        _rows.Outbox = outbox;
        if (rooted <= outbox.Rooted) return outbox.Rooted;
        _rows.Outbox = outbox with { Rooted = rooted };
        session.Statement(ReportSql.RootChildren).Bind(1, rooted).Run();
        session.Statement(ReportSql.DropChildMarks).Bind(1, rooted).Run();
        return rooted;
    }

    /// <summary>A new life of the outbox.</summary>
    public int Renew()
    {
        // At the root the life of the outbox is the life of the root: see Prepare.
        _rows.Outbox = _rows.Outbox.Renewed();
        Remark();
        return 0;
    }

    /// <summary>Forgets how far the children's outboxes were taken.</summary>
    public int ForgetChildren()
    {
        session.Statement(ReportSql.DropChildren).Run();
        session.Statement(ReportSql.DropAllChildMarks).Run();
        _changed = true;
        return 0;
    }

    private int Write(OutboxChapters chapters)
    {
        session.Statement(ReportSql.WriteChapters).Bind(1, (ReadOnlySpan<byte>)chapters.ToBytes()).Run();
        _changed = true;
        return 0;
    }

    private int Migrate()
    {
        StatusMigration.Run(session, _merger);
        Remark();
        return 0;
    }

    // Nothing of this outbox is rooted, so nothing of a child's is: whatever came from a child is here, with a number of at most the head.
    private void Remark()
    {
        session.Statement(ReportSql.DropAllChildMarks).Run();
        session.Statement(ReportSql.UnrootChildren).Run();
        session.Statement(ReportSql.MarkAllChildren).Bind(1, _rows.Outbox.Head).Run();
        _changed = true;
    }

    // Everything that came from the child so far has an own number of at most the head now, or was already here with one: once the root has that, the child may forget.
    // A row that a later report replaces here moves to a higher number, and then the later report's sender still has it.
    private void Put(ChildOutbox child)
    {
        var isRooted = isRoot || _rows.Outbox.Head <= _rows.Outbox.Rooted;
        session.Statement(ReportSql.DropOtherLives).Bind(1, child.ServerId).Bind(2, child.Incarnation).Run();
        session.Statement(ReportSql.DropMarksOfOtherLives).Bind(1, child.ServerId).Bind(2, child.Incarnation).Run();
        session.Statement(ReportSql.PutChild)
            .Bind(1, child.ServerId)
            .Bind(2, child.Incarnation)
            .Bind(3, child.Received)
            .Bind(4, isRooted ? child.Received : 0)
            .Bind(5, child.Chapter)
            .Run();
        if (!isRooted)
            session.Statement(ReportSql.PutChildMark).Bind(1, child.ServerId).Bind(2, child.Incarnation).Bind(3, _rows.Outbox.Head).Bind(4, child.Received).Run();
        _changed = true;
    }

    private void Alone(Func<int> work)
    {
        session.Begin();
        try
        {
            Begin();
            work();
            if (Prepare())
            {
                session.Commit();
                Committed();
            }
            else
            {
                session.Rollback();
            }
        }
        catch
        {
            session.Rollback();
            throw;
        }
    }
}
