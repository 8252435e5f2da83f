using Hierarchy.Content.Store;

namespace Hierarchy.Content.Retention;

/// <summary>What was removed, or would be.</summary>
/// <param name="Expired">Files that nothing had needed for as long as they are kept.</param>
/// <param name="BeyondLimit">Files that the size limit had no room for.</param>
/// <param name="Leftovers">Damaged files that were put aside long ago, and transfers that were given up long ago.</param>
/// <param name="LeftoverBytes">Bytes of those.</param>
/// <param name="At">When.</param>
public sealed record PruneResult(IReadOnlyList<StoredFile> Expired, IReadOnlyList<StoredFile> BeyondLimit, int Leftovers, long LeftoverBytes, DateTimeOffset At)
{
    /// <summary>All files.</summary>
    public int Files => Expired.Count + BeyondLimit.Count + Leftovers;

    /// <summary>All bytes.</summary>
    public long Bytes => Expired.Concat(BeyondLimit).Sum(file => file.Size) + LeftoverBytes;
}
