using Hierarchy.Domain.Reports;

namespace Hierarchy.Replication.Rollup;

/// <summary>What the child's side of a roll-up wants done.</summary>
internal abstract record RollupEffect
{
    /// <summary>Read the outbox behind the number, and say what was there.</summary>
    internal sealed record Read(long After) : RollupEffect;

    /// <summary>Send the page to the parent.</summary>
    internal sealed record Send(OutboxPage Page) : RollupEffect;

    /// <summary>Take the parent's word before anything is read for it.</summary>
    internal sealed record Acknowledge(long Received, long Rooted, Guid RootLife) : RollupEffect;

    /// <summary>The parent has numbers that were never given here, or not by this store as it is: begin a new life of the outbox, and end the call.</summary>
    internal sealed record Renew(long Received) : RollupEffect;
}
