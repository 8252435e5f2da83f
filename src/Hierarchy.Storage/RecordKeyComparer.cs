namespace Hierarchy.Storage;

/// <summary>Equality of a record's kind and the bytes of its key.</summary>
internal sealed class RecordKeyComparer : IEqualityComparer<(int Kind, ReadOnlyMemory<byte> Key)>
{
    public static RecordKeyComparer Instance { get; } = new();

    public bool Equals((int Kind, ReadOnlyMemory<byte> Key) x, (int Kind, ReadOnlyMemory<byte> Key) y) => x.Kind == y.Kind && x.Key.Span.SequenceEqual(y.Key.Span);

    public int GetHashCode((int Kind, ReadOnlyMemory<byte> Key) value)
    {
        var hash = new HashCode();
        hash.Add(value.Kind);
        hash.AddBytes(value.Key.Span);
        return hash.ToHashCode();
    }
}
