namespace Hierarchy.Domain.Changes;

/// <summary>Equality of a record's kind and the bytes of its key.</summary>
public sealed class RecordKeyComparer : IEqualityComparer<(int Kind, ReadOnlyMemory<byte> Key)>
{
    /// <summary>It has no state.</summary>
    public static RecordKeyComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals((int Kind, ReadOnlyMemory<byte> Key) x, (int Kind, ReadOnlyMemory<byte> Key) y) => x.Kind == y.Kind && x.Key.Span.SequenceEqual(y.Key.Span);

    /// <inheritdoc/>
    public int GetHashCode((int Kind, ReadOnlyMemory<byte> Key) value)
    {
        var hash = new HashCode();
        hash.Add(value.Kind);
        hash.AddBytes(value.Key.Span);
        return hash.ToHashCode();
    }
}
