using System.Runtime.CompilerServices;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>A canonical Huffman code read from the lengths of its words: one table look-up for short words, a search by length for long ones.</summary>
internal sealed class LzxTree(int maxSymbols, int tableBits)
{
    private const int MaxLength = 16;

    private readonly ushort[] _table = new ushort[1 << tableBits];
    private readonly ushort[] _sorted = new ushort[maxSymbols];
    private readonly int[] _count = new int[MaxLength + 1];
    private readonly int[] _first = new int[MaxLength + 1];
    private readonly int[] _offset = new int[MaxLength + 1];

    /// <summary>Makes the code of these lengths, 0 to 16, 0 for a symbol without a word. An incomplete code fails where a missing word is met.</summary>
    public void Build(ReadOnlySpan<byte> lengths)
    {
        Array.Clear(_count);
        foreach (var length in lengths) _count[length]++;
        _count[0] = 0;

        var (code, offset) = (0, 0);
        for (var length = 1; length <= MaxLength; length++)
        {
            code <<= 1;
            _first[length] = code;
            _offset[length] = offset;
            code += _count[length];
            offset += _count[length];
            if (code > 1 << length) throw CabinetReader.Damaged("a Huffman code has too many words");
        }

        Span<int> next = stackalloc int[MaxLength + 1];
        _offset.CopyTo(next);
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (lengths[symbol] is var length and > 0) _sorted[next[length]++] = (ushort)symbol;
        }

        FillTable();
    }

    /// <summary>Takes one word of at most 16 bits that a refill made available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(ref LzxBits bits)
    {
        int entry = _table[bits.Peek(tableBits)];
        if (entry == 0) return TakeLong(ref bits);
        bits.Skip(entry & 31);
        return entry >> 5;
    }

    private int TakeLong(ref LzxBits bits)
    {
        var code = bits.Peek(MaxLength);
        for (var length = tableBits + 1; length <= MaxLength; length++)
        {
            var index = (code >> (MaxLength - length)) - _first[length];
            if ((uint)index >= (uint)_count[length]) continue;
            bits.Skip(length);
            return _sorted[_offset[length] + index];
        }

        throw CabinetReader.Damaged("a word that no Huffman code has");
    }

    private void FillTable()
    {
        var filled = 0;
        for (var length = 1; length <= tableBits; length++)
        {
            var width = 1 << (tableBits - length);
            for (var index = 0; index < _count[length]; index++)
            {
                _table.AsSpan(filled, width).Fill((ushort)((_sorted[_offset[length] + index] << 5) | length));
                filled += width;
            }
        }

        _table.AsSpan(filled).Clear();
    }
}
