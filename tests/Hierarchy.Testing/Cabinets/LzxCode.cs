namespace Hierarchy.Testing.Cabinets;

/// <summary>
/// One canonical Huffman code of an LZX block: counts symbols, gives each a length within a limit and then its code word.
/// A code with fewer than two used symbols gets a second one: decoders refuse an incomplete code.
/// </summary>
internal sealed class LzxCode
{
    private readonly int _limit;
    private readonly ulong[] _sorted;
    private readonly uint[] _weights;
    private readonly int[] _perLength = new int[64];
    private readonly uint[] _next = new uint[18];

    public LzxCode(int symbols, int limit)
    {
        _limit = limit;
        Counts = new uint[symbols];
        Lengths = new byte[symbols];
        Words = new ushort[symbols];
        _sorted = new ulong[symbols];
        _weights = new uint[symbols];
    }

    public uint[] Counts { get; }

    public byte[] Lengths { get; }

    public ushort[] Words { get; }

    public void Clear() => Array.Clear(Counts);

    /// <summary>Gives lengths and words to the symbols counted. With <paramref name="mayBeEmpty"/> and nothing counted, all lengths are zero.</summary>
    public void Build(bool mayBeEmpty)
    {
        Array.Clear(Lengths);
        var used = Collect();
        if (used == 0 && mayBeEmpty)
            return;
        for (var symbol = 0; used < 2; symbol++)
        {
            if (Counts[symbol] != 0)
                continue;
            Counts[symbol] = 1;
            used = Collect();
        }

        Array.Sort(_sorted, 0, used);
        AssignLengths(used);
        AssignWords();
    }

    /// <summary>The bits that the counted symbols take.</summary>
    public long Cost()
    {
        long bits = 0;
        for (var i = 0; i < Counts.Length; i++)
            bits += (long)Counts[i] * Lengths[i];
        return bits;
    }

    private int Collect()
    {
        var used = 0;
        for (var i = 0; i < Counts.Length; i++)
        {
            if (Counts[i] != 0)
                _sorted[used++] = ((ulong)Counts[i] << 16) | (uint)i;
        }

        return used;
    }

    // Moffat and Katajainen's in-place calculation of minimum-redundancy code lengths over ascending weights, then
    // the lengths above the limit are folded back so that the code stays complete.
    private void AssignLengths(int used)
    {
        var a = _weights;
        for (var i = 0; i < used; i++)
            a[i] = (uint)(_sorted[i] >> 16);

        a[0] += a[1];
        var root = 0;
        var leaf = 2;
        for (var next = 1; next < used - 1; next++)
        {
            if (leaf >= used || a[root] < a[leaf])
            {
                a[next] = a[root];
                a[root++] = (uint)next;
            }
            else
            {
                a[next] = a[leaf++];
            }

            if (leaf >= used || (root < next && a[root] < a[leaf]))
            {
                a[next] += a[root];
                a[root++] = (uint)next;
            }
            else
            {
                a[next] += a[leaf++];
            }
        }

        a[used - 2] = 0;
        for (var next = used - 3; next >= 0; next--)
            a[next] = a[a[next]] + 1;

        Array.Clear(_perLength);
        CountLeavesByDepth(used);
        FoldIntoLimit();

        // The rarest symbols come first in the sorted order and take the longest words.
        var position = 0;
        for (var length = _limit; length >= 1; length--)
        {
            for (var n = _perLength[length]; n > 0; n--)
                Lengths[(int)(_sorted[position++] & 0xFFFF)] = (byte)length;
        }
    }

    private void CountLeavesByDepth(int used)
    {
        var available = 1;
        var internalNodes = 0;
        var depth = 0;
        var root = used - 2;
        while (available > 0)
        {
            while (root >= 0 && _weights[root] == depth)
            {
                internalNodes++;
                root--;
            }

            _perLength[Math.Min(depth, _perLength.Length - 1)] += available - internalNodes;
            available = 2 * internalNodes;
            depth++;
            internalNodes = 0;
        }
    }

    private void FoldIntoLimit()
    {
        for (var length = _limit + 1; length < _perLength.Length; length++)
        {
            _perLength[_limit] += _perLength[length];
            _perLength[length] = 0;
        }

        long total = 0;
        for (var length = 1; length <= _limit; length++)
            total += (long)_perLength[length] << (_limit - length);
        while (total > 1L << _limit)
        {
            _perLength[_limit]--;
            var length = _limit - 1;
            while (_perLength[length] == 0)
                length--;
            _perLength[length]--;
            _perLength[length + 1] += 2;
            total--;
        }
    }

    private void AssignWords()
    {
        uint word = 0;
        for (var length = 1; length <= _limit; length++)
        {
            word = (word + (uint)(length == 1 ? 0 : _perLength[length - 1])) << 1;
            _next[length] = word;
        }

        for (var symbol = 0; symbol < Lengths.Length; symbol++)
        {
            if (Lengths[symbol] != 0)
                Words[symbol] = (ushort)_next[Lengths[symbol]]++;
        }
    }
}
