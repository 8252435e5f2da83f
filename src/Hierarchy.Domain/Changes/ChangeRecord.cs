namespace Hierarchy.Domain.Changes;

/// <summary>The latest state of one key of the log, or the tombstone of a deleted one. Carried verbatim through the whole tree.</summary>
/// <param name="Sequence">Where it stands in the log: unique, and moved to the end by every change.</param>
/// <param name="Kind">A number of the `RecordKind` enumeration of the catalog contract; unknown ones are stored and relayed, not interpreted.</param>
/// <param name="Key">Unique within the kind; at most 512 bytes.</param>
/// <param name="Payload">The bytes as the authority wrote them; null for a tombstone.</param>
public readonly record struct ChangeRecord(long Sequence, int Kind, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Payload)
{
    /// <summary>True when the key was deleted.</summary>
    public bool IsTombstone => Payload is null;
}
