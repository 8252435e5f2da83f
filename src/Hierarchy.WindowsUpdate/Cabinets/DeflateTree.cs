using System.Runtime.CompilerServices;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>A canonical Huffman code of a deflate stream, whose words come with their first bit lowest.</summary>
internal sealed class DeflateTree(int maxSymbols, int tableBits)
{
    private const int MaxLength = 15;

    private readonly ushort[] _table = new ushort[1 << tableBits];
    private readonly ushort[] _sorted = new ushort[maxSymbols];
    private readonly int[] _count = new int[MaxLength + 1];
    private readonly int[] _first = new int[MaxLength + 1];
    private readonly int[] _offset = new int[MaxLength + 1];

    /// <summary>Makes the code of these lengths, 0 to 15, 0 for a symbol without a word. An incomplete code fails where a missing word is met.</summary>
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
        Array.Clear(_table);
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            if (length == 0) continue;
            var index = next[length]++;
            _sorted[index] = (ushort)symbol;
            if (length > tableBits) continue;
            var word = Reverse(_first[length] + index - _offset[length], length);
            for (var at = word; at < _table.Length; at += 1 << length) _table[at] = (ushort)((symbol << 4) | length);
        }
    }

    /// <summary>Takes one word of at most 15 bits that a refill made available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(ref DeflateBits bits)
    {
        int entry = _table[bits.Peek(tableBits)];
        if (entry == 0) return TakeLong(ref bits);
        bits.Skip(entry & 15);
        return entry >> 4;
    }

    private int TakeLong(ref DeflateBits bits)
    {
        var code = Reverse(bits.Peek(MaxLength), MaxLength);
        for (var length = tableBits + 1; length <= MaxLength; length++)
        {
            var index = (code >> (MaxLength - length)) - _first[length];
            if ((uint)index >= (uint)_count[length]) continue;
            bits.Skip(length);
            return _sorted[_offset[length] + index];
        }

        throw CabinetReader.Damaged("a word that no Huffman code has");
    }

    private static int Reverse(int word, int length)
    {
        var reversed = 0;
        for (var bit = 0; bit < length; bit++) reversed = (reversed << 1) | ((word >> bit) & 1);
        return reversed;
    }
}
