namespace Hierarchy.Domain.Groups;

/// <summary>The groups that an administrator put a computer into. It counts instead of what the computer names; naming no group, it only makes the computer known before it reports.</summary>
/// <param name="ComputerId">What the computer calls itself in every report; letter case does not matter.</param>
/// <param name="ComputerName">Its name when it was assigned, for people.</param>
/// <param name="GroupIds">The groups, ascending.</param>
public sealed record GroupAssignment(string ComputerId, string ComputerName, IReadOnlyList<Guid> GroupIds)
{
    /// <summary>The longest id of a computer.</summary>
    public const int MaxComputerIdLength = 128;

    /// <summary>The form by which an assignment is found: ids differ in letter case between WSUS's database and its clients.</summary>
    public static string KeyOf(string computerId) => computerId.ToLowerInvariant();

    /// <summary>Equal when everything is, the groups in order included.</summary>
    public bool Equals(GroupAssignment? other) =>
        other is not null && ComputerId == other.ComputerId && ComputerName == other.ComputerName && GroupIds.SequenceEqual(other.GroupIds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ComputerId, ComputerName, GroupIds.Count);
}
