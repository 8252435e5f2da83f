using System.Text.Json;
using Hierarchy.Domain;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>The working state of the report store's writer: the outbox numbers that a transaction gives, until it is durable. Touched by the writer alone.</summary>
internal sealed class ReportMemory(SqliteSession session, bool isRoot, Action<OutboxHead> publish) : IWriterMemory
{
    private readonly Dictionary<string, long> _computers = [];
    private OutboxHead _durable = new(Guid.Empty, 0, 0);
    private OutboxHead _working = new(Guid.Empty, 0, 0);
    private bool _changed;

    /// <summary>After every change of the store, with the new outbox head.</summary>
    public event Action<long>? Changed;

    /// <summary>Takes what the file holds, and draws the outbox's incarnation if it is new.</summary>
    public void Open(bool readOnly)
    {
        var row = session.Statement(ReportSql.ReadOutboxHead);
        if (row.Step())
        {
            _durable = new OutboxHead(row.Guid(0), row.Int64(1), row.Int64(2));
            row.Reset();
        }
        else if (!readOnly)
        {
            _durable = new OutboxHead(Guid.NewGuid(), 0, 0);
            session.Statement(ReportSql.CreateOutbox).Bind(1, _durable.Incarnation).Run();
        }

        publish(_durable);
    }

    public void Begin()
    {
        _working = _durable;
        _changed = false;
        _computers.Clear();
    }

    public bool Prepare()
    {
        if (isRoot) _working = _working with { Rooted = _working.Head };
        if (_working != _durable) session.Statement(ReportSql.WriteOutboxHead).Bind(1, _working.Head).Bind(2, _working.Rooted).Run();
        else if (!_changed) return false;
        return true;
    }

    public void Committed()
    {
        var grown = _working.Head > _durable.Head;
        _durable = _working;
        publish(_durable);
        if (grown) Changed?.Invoke(_durable.Head);
    }

    /// <summary>Merges reports; returns how many rows changed.</summary>
    public int Merge(IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses, ChildOutbox? child)
    {
        var changed = 0;
        for (var i = 0; i < computers.Count; i++)
            if (Put(computers[i], _working.Head + 1))
                changed = Grow(changed);
        for (var i = 0; i < statuses.Count; i++)
            if (Put(statuses[i], _working.Head + 1))
                changed = Grow(changed);
        if (child is not null) Put(child);
        return changed;
    }

    /// <summary>Keeps how far the root has this outbox, and what follows for the children.</summary>
    public long MarkRooted(long through)
    {
        if (through > _working.Head)
            throw new IntegrityException($"The parent says that the root has this server's reports up to {through}, and only {_working.Head} were numbered. Its answer was not kept: name another parent, or check which outbox it took.");
        if (through <= _working.Rooted) return _working.Rooted;
        _working = _working with { Rooted = through };
        session.Statement(ReportSql.RootChildren).Bind(1, through).Run();
        session.Statement(ReportSql.DropChildMarks).Bind(1, through).Run();
        return through;
    }

    private int Grow(int changed)
    {
        _working = _working with { Head = _working.Head + 1 };
        return changed + 1;
    }

    private bool Put(ComputerReport computer, long number)
    {
        var put = session.Statement(ReportSql.PutComputer)
            .Bind(1, computer.ComputerId)
            .Bind(2, number)
            .Bind(3, computer.Incarnation)
            .Bind(4, computer.Counter)
            .Bind(5, computer.Name)
            .Bind(6, computer.Address)
            .Bind(7, computer.OperatingSystem)
            .Bind(8, JsonSerializer.Serialize(computer.Groups))
            .Bind(9, computer.ServerId)
            .Bind(10, computer.ReportedAt.UtcTicks);
        put.Run();
        return put.Changed;
    }

    private bool Put(StatusReport status, long number)
    {
        var computer = ComputerKey(status.ComputerId);
        var put = session.Statement(ReportSql.PutStatus)
            .Bind(1, computer)
            .Bind(2, status.UpdateId)
            .Bind(3, number)
            .Bind(4, status.Incarnation)
            .Bind(5, status.Counter)
            .Bind(6, status.RevisionNumber)
            .Bind(7, (long)status.State)
            .Bind(8, status.ResultCode)
            .Bind(9, status.Time.UtcTicks);
        put.Run();
        return put.Changed;
    }

    private long ComputerKey(string computerId)
    {
        if (_computers.TryGetValue(computerId, out var key)) return key;
        var find = session.Statement(ReportSql.FindComputer).Bind(1, computerId);
        if (!find.Step())
        {
            find = session.Statement(ReportSql.PutUnknownComputer).Bind(1, computerId);
            find.Step();
            _changed = true;
        }

        key = find.Int64(0);
        find.Reset();
        _computers[computerId] = key;
        return key;
    }

    // Everything that came from the child so far has an own number of at most the head now, or was already here with one: once the root has that, the child may forget.
    // A row that a later report replaces here moves to a higher number, and then the later report's sender still has it.
    private void Put(ChildOutbox child)
    {
        var isRooted = isRoot || _working.Head <= _working.Rooted;
        session.Statement(ReportSql.PutChild)
            .Bind(1, child.ServerId)
            .Bind(2, child.Incarnation)
            .Bind(3, child.Received)
            .Bind(4, isRooted ? child.Received : 0)
            .Run();
        if (!isRooted)
            session.Statement(ReportSql.PutChildMark).Bind(1, child.ServerId).Bind(2, child.Incarnation).Bind(3, _working.Head).Bind(4, child.Received).Run();
        _changed = true;
    }
}
