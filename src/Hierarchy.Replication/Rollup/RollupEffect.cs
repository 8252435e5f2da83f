using Hierarchy.Domain.Reports;

namespace Hierarchy.Replication.Rollup;

/// <summary>What the child's side of a roll-up wants done.</summary>
internal abstract record RollupEffect
{
    /// <summary>Read the outbox behind the number, and say what was there.</summary>
    internal sealed record Read(long After) : RollupEffect;

    /// <summary>Send the page to the parent.</summary>
    internal sealed record Send(OutboxPage Page) : RollupEffect;

    /// <summary>The root has everything up to here: keep that.</summary>
    internal sealed record MarkRooted(long Through) : RollupEffect;
}
