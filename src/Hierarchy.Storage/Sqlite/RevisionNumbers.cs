using Hierarchy.Domain;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Numbers that are given once and never again. A block is reserved on disk before its first number is given; what is left of it at a restart is skipped.</summary>
internal sealed class RevisionNumbers
{
    private readonly Lock _gate = new();
    private readonly SqliteSession _session;
    private readonly int _block;

    // Guarded by the gate: the next number to give, and the last one that is durably ours. Between a reservation and its commit the first runs ahead of the second, and nobody takes any.
    private long _next;
    private long _durable;

    public RevisionNumbers(SqliteSession session, int block)
    {
        _session = session;
        _block = block;
        _durable = session.Number(LogSql.ReadRevisionNumbers);
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
            _session.Statement(LogSql.WriteRevisionNumbers).Bind(1, durable).Run();
            _next = last + 1;
            memory.AfterCommit(() => MakeDurable(durable));
            return (int)first;
        }
    }

    private void MakeDurable(long durable)
    {
        lock (_gate)
            _durable = Math.Max(_durable, durable);
    }
}
