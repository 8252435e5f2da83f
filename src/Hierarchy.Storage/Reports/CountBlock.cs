using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Reports;

/// <summary>
/// How many statuses of each state there are of up to 128 updates whose local numbers stand side by side, on the computers that are directly in the same groups. Reused from block to block;
/// not safe for concurrent use.
/// </summary>
/// <remarks>Packed it is, for each slot in order, how many numbers follow, and then the counts from state 0 on; what is missing at the end of either counts nothing.</remarks>
internal sealed class CountBlock
{
    /// <summary>The longest packed block.</summary>
    public const int MaxBytes = StatusBlock.Slots * (1 + (StateCounts.MaxStates * 5));

    private readonly int[] _counts = new int[StatusBlock.Slots * StateCounts.MaxStates];

    /// <summary>Counts by state of the update in a slot.</summary>
    public ReadOnlySpan<int> this[int slot] => _counts.AsSpan(slot * StateCounts.MaxStates, StateCounts.MaxStates);

    public void Clear() => Array.Clear(_counts);

    public void Add(int slot, UpdateState state, int by) => _counts[(slot * StateCounts.MaxStates) + (int)state] += by;

    /// <summary>Unpacks.</summary>
    /// <exception cref="Domain.IntegrityException">These bytes are no block.</exception>
    public void Unpack(ReadOnlySpan<byte> bytes)
    {
        Clear();
        var cursor = new BlockCursor(bytes);
        for (var slot = 0; slot < StatusBlock.Slots && !cursor.IsAtEnd; slot++)
        {
            var length = Math.Min((int)cursor.Byte(), StateCounts.MaxStates);
            for (var state = 0; state < length; state++)
                _counts[(slot * StateCounts.MaxStates) + state] = (int)cursor.Unsigned();
        }
    }

    /// <summary>Packs into a buffer of at least <see cref="MaxBytes"/>; returns how many bytes it took: none when nothing is counted.</summary>
    public int Pack(Span<byte> buffer)
    {
        var pen = new BlockPen(buffer);
        var end = 0;
        for (var slot = 0; slot < StatusBlock.Slots; slot++)
        {
            var counts = this[slot];
            var length = counts.LastIndexOfAnyExcept(0) + 1;
            pen.Byte((byte)length);
            foreach (var count in counts[..length])
                pen.Unsigned((uint)Math.Max(0, count));
            if (length > 0) end = pen.Length;
        }

        return end;
    }
}
