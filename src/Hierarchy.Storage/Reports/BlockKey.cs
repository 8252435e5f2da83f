namespace Hierarchy.Storage.Reports;

/// <summary>Whose block it is, and of which updates.</summary>
/// <param name="Computer">The computer's local number.</param>
/// <param name="User">The user's local number; 0 for the computer itself.</param>
/// <param name="Part">The local update numbers of the block, without their last seven bits.</param>
internal readonly record struct BlockKey(long Computer, int User, int Part)
{
    /// <summary>The local number of the update in a slot of this block.</summary>
    public int UpdateAt(int slot) => (Part << StatusBlock.SlotBits) | slot;
}
