using Hierarchy.Domain;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>The row number of a block: 28 bits for the computer, 20 for the user, 15 for the part, so that the blocks of one computer lie side by side.</summary>
internal static class BlockId
{
    private const int PartBits = 15;
    private const int UserBits = 20;
    private const int ComputerBits = 28;

    public static long Of(BlockKey key)
    {
        if (key.Computer >> ComputerBits != 0 || key.User >> UserBits != 0 || key.Part >> PartBits != 0)
            throw new UnavailableException(
                "The report store is full: it holds statuses of about four million updates, of a million users, on 268 million computers. Somebody reports what does not exist; delete the report store, and computers report again.");
        return (key.Computer << (PartBits + UserBits)) | ((long)key.User << PartBits) | (long)key.Part;
    }

    public static BlockKey Key(long id) =>
        new(id >> (PartBits + UserBits), (int)((id >> PartBits) & ((1 << UserBits) - 1)), (int)(id & ((1 << PartBits) - 1)));

    /// <summary>The lowest and the highest row number of a computer's blocks.</summary>
    public static (long First, long Last) RangeOf(long computer) => (computer << (PartBits + UserBits), (computer << (PartBits + UserBits)) | ((1L << (PartBits + UserBits)) - 1));

    /// <summary>The row number of counts: the part above the set of groups.</summary>
    public static long OfCounts(int part, int scope) => ((long)part << 32) | (uint)scope;

    /// <summary>The set of groups of counts.</summary>
    public static int ScopeOfCounts(long id) => (int)(id & uint.MaxValue);
}
