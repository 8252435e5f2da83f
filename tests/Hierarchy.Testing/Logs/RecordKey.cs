namespace Hierarchy.Testing.Logs;

/// <summary>What identifies a record: kind and key bytes.</summary>
internal readonly record struct RecordKey(int Kind, string Key)
{
    public RecordKey(int kind, ReadOnlyMemory<byte> key) : this(kind, Convert.ToHexString(key.Span))
    {
    }
}
