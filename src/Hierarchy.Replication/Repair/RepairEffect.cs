using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Repair;

/// <summary>What the driver of a <see cref="RepairMachine"/> is to do, in order, each finished before the next; when none is left, the source's next answer comes.</summary>
internal abstract record RepairEffect
{
    /// <summary>Ask the source.</summary>
    public sealed record Ask(CompareRequest Request) : RepairEffect;

    /// <summary>Read this server's own inventory from its rows, and come back with <see cref="RepairMachine.OnInventory"/>.</summary>
    public sealed record TakeInventory : RepairEffect;

    /// <summary>Begin a snapshot's staging.</summary>
    public sealed record BeginStaging(long SourceFloor) : RepairEffect;

    /// <summary>Read this server's own records after a place, and come back with <see cref="RepairMachine.OnOwnPage"/>.</summary>
    public sealed record ReadOwn(long After) : RepairEffect;

    /// <summary>Stage records.</summary>
    public sealed record Stage(IReadOnlyList<ChangeRecord> Records, long Through, long SourceHead) : RepairEffect;

    /// <summary>The repair is over.</summary>
    public sealed record Finish(RepairOutcome Outcome) : RepairEffect;
}
