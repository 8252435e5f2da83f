namespace Hierarchy.Storage.Reports;

/// <summary>Groups that computers are in together: equal when the ids are.</summary>
internal sealed class GroupSet(IReadOnlyList<Guid> ids) : IEquatable<GroupSet>
{
    /// <summary>No groups.</summary>
    public static GroupSet Empty { get; } = new([]);

    /// <summary>Ascending.</summary>
    public IReadOnlyList<Guid> Ids { get; } = ids;

    public static GroupSet FromBytes(ReadOnlySpan<byte> bytes)
    {
        var ids = new Guid[bytes.Length / 16];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = new Guid(bytes.Slice(i * 16, 16), bigEndian: true);
        return new GroupSet(ids);
    }

    /// <summary>The ids one behind the other, each big-endian.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Ids.Count * 16];
        for (var i = 0; i < Ids.Count; i++)
            Ids[i].TryWriteBytes(bytes.AsSpan(i * 16), bigEndian: true, out _);
        return bytes;
    }

    public bool Equals(GroupSet? other) => other is not null && Ids.SequenceEqual(other.Ids);

    public override bool Equals(object? obj) => Equals(obj as GroupSet);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var id in Ids)
            hash.Add(id);
        return hash.ToHashCode();
    }
}
