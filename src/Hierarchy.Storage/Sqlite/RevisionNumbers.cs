using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.Sqlite;

/// <summary>
/// Numbers that are given once and never again. A block is reserved, by a record of the log, before its first number is given; what is left of it at a restart is skipped. Files of earlier versions
/// say how far they came in a row of their own, which counts too.
/// </summary>
internal sealed class RevisionNumbers
{
    private readonly Lock _gate = new();
    private readonly int _block;

    // Guarded by the gate: the next number to give, and the last one that is durably ours. Between a reservation and its commit the first runs ahead of the second, and nobody takes any.
    private long _next;
    private long _durable;

    public RevisionNumbers(SqliteSession session, int block)
    {
        _block = block;
        _durable = Math.Max(session.Number(LogSql.ReadRevisionNumbers), ReadRecord(session));
        _next = _durable + 1;
    }

    /// <summary>The first of the numbers, if the reserved block has that many left.</summary>
    public int? TryTake(int count)
    {
        lock (_gate)
        {
            if (_next + count - 1 > _durable) return null;
            var first = (int)_next;
            _next += count;
            return first;
        }
    }

    /// <summary>Within the writer's transaction: reserves a further block. The first of the numbers is good once that transaction is durable.</summary>
    public int Reserve(int count, AuthorityMemory memory)
    {
        lock (_gate)
        {
            var first = _next;
            var last = first + count - 1;
            if (last > int.MaxValue)
                throw new UnavailableException($"The revision numbers of this log end at {int.MaxValue}, and {first - 1} are given; {count} more cannot be. Sync fewer products.");
            var durable = Math.Min(Math.Max(last, _durable + _block), int.MaxValue);
            Write(durable, memory);
            _next = last + 1;
            return (int)first;
        }
    }

    /// <summary>Within a transaction that begins an epoch: leaves out numbers that another authority may have given.</summary>
    public void Skip(int count, AuthorityMemory memory)
    {
        lock (_gate)
        {
            var durable = Math.Min(_durable + count, int.MaxValue);
            Write(durable, memory);
            _next = durable + 1;
        }
    }

    private static long ReadRecord(SqliteSession session)
    {
        var find = session.Statement(LogSql.Find).Bind(1, RecordKinds.RevisionNumbers).Bind(2, ReadOnlySpan<byte>.Empty);
        if (!find.Step()) return 0;
        var highest = find.IsNull(1) ? 0 : RevisionNumberPayload.Read(find.Blob(1));
        find.Reset();
        return highest;
    }

    private void Write(long durable, AuthorityMemory memory)
    {
        memory.Commit([RevisionNumberPayload.Reserve(durable)]);
        memory.AfterCommit(() => MakeDurable(durable));
    }

    private void MakeDurable(long durable)
    {
        lock (_gate)
            _durable = Math.Max(_durable, durable);
    }
}
