using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// Numbers that are given once and never again. A block is reserved, by a record of the log, before its first number is given; what is left of it at a restart is skipped. Servers of one log reserve
/// blocks of their own.
/// </summary>
internal sealed class RevisionNumberBlock
{
    private const int Size = 1000;

    private readonly Lock _gate = new();

    // Guarded by the gate: the next number to give, and the last one of the block that is durably ours.
    private long _next = 1;
    private long _last;

    /// <summary>The key whose row a reservation replaces.</summary>
    public static (int Kind, ReadOnlyMemory<byte> Key) Key { get; } = (RecordKinds.RevisionNumbers, ReadOnlyMemory<byte>.Empty);

    /// <summary>The first of the numbers, if the block has that many left.</summary>
    public int? TryTake(int count)
    {
        lock (_gate)
        {
            if (_next + count - 1 > _last) return null;
            var first = (int)_next;
            _next += count;
            return first;
        }
    }

    /// <summary>Adds to a plan the reservation of that many numbers and a block behind them; says which.</summary>
    public static (long First, long Last) Reserve(CommitPlan plan, int count)
    {
        var given = Highest(plan);
        var last = given + count;
        if (last > int.MaxValue)
            throw new UnavailableException($"The revision numbers of this log end at {int.MaxValue}, and {given} are given; {count} more cannot be. Sync fewer products.");
        var reserved = Math.Min(last + Size, int.MaxValue);
        plan.Add([RevisionNumberPayload.Reserve(reserved)]);
        return (given + 1, reserved);
    }

    /// <summary>The change that leaves out numbers which another authority may have given.</summary>
    public static Change Skip(CommitPlan plan) => RevisionNumberPayload.Reserve(Math.Min(Highest(plan) + RevisionNumberPayload.Skip, int.MaxValue));

    /// <summary>The reservation is durable: gives its first numbers, and keeps the others.</summary>
    public int Take((long First, long Last) reserved, int count)
    {
        lock (_gate)
        {
            // A block that was reserved meanwhile may have more left; what is not kept is skipped.
            if (reserved.Last > _last) (_next, _last) = (reserved.First + count, reserved.Last);
            return (int)reserved.First;
        }
    }

    private static long Highest(CommitPlan plan) =>
        plan.Find(Key.Kind, Key.Key) is { Payload: { } payload } ? RevisionNumberPayload.Read(payload.Span) : 0;
}
