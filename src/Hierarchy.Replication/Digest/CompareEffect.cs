using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Replication.Digest;

/// <summary>What the driver of a <see cref="CompareSession"/> is to do next, in order.</summary>
internal abstract record CompareEffect
{
    /// <summary>Read the log's inventory, not older than a head, and come back with <see cref="CompareSession.OnInventory"/>.</summary>
    public sealed record TakeInventory : CompareEffect;

    /// <summary>Find the records of these entries as they are now, and come back with <see cref="CompareSession.OnFound"/>.</summary>
    public sealed record Find(IReadOnlyList<InventoryEntry> Entries) : CompareEffect;

    /// <summary>Answer.</summary>
    public sealed record Send(CompareResponse Response) : CompareEffect;

    /// <summary>This server's own rows are not what its head says: nothing of them is told, and whoever keeps the server in order hears of it.</summary>
    public sealed record Rotten(string Reason) : CompareEffect;

    /// <summary>End the call.</summary>
    public sealed record End : CompareEffect;
}
