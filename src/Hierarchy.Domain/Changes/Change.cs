namespace Hierarchy.Domain.Changes;

/// <summary>What an authority wants of one key: a new state, or its deletion. The log gives it a sequence.</summary>
/// <param name="Kind">A number of the `RecordKind` enumeration.</param>
/// <param name="Key">At most 512 bytes.</param>
/// <param name="Payload">The new state; null deletes. Identical bytes change nothing, and deleting what is not there changes nothing.</param>
public readonly record struct Change(int Kind, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Payload);
