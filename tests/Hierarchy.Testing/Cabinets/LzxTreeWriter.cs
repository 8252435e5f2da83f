namespace Hierarchy.Testing.Cabinets;

/// <summary>Writes a tree's code lengths as differences from those of the block before, run-length coded under a small tree of their own.</summary>
internal sealed class LzxTreeWriter
{
    private const int ShortZeros = 17;
    private const int LongZeros = 18;
    private const int Same = 19;

    private readonly LzxCode _code = new(20, 15);
    private readonly (byte Symbol, byte Extra, byte Delta)[] _items = new (byte, byte, byte)[1024];

    public void Write(LzxBitWriter writer, ReadOnlySpan<byte> previous, ReadOnlySpan<byte> lengths)
    {
        _code.Clear();
        var count = Collect(previous, lengths);
        _code.Build(mayBeEmpty: false);
        writer.Reserve(64 + (count * 4));
        foreach (var bits in _code.Lengths)
            writer.Write(bits, 4);
        foreach (var (symbol, extra, delta) in _items.AsSpan(0, count))
        {
            writer.Write(_code.Words[symbol], _code.Lengths[symbol]);
            if (symbol == ShortZeros)
            {
                writer.Write(extra, 4);
            }
            else if (symbol == LongZeros)
            {
                writer.Write(extra, 5);
            }
            else if (symbol == Same)
            {
                writer.Write(extra, 1);
                writer.Write(_code.Words[delta], _code.Lengths[delta]);
            }
        }
    }

    private int Collect(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> lengths)
    {
        var count = 0;
        for (var i = 0; i < lengths.Length;)
        {
            var run = 1;
            while (i + run < lengths.Length && lengths[i + run] == lengths[i])
                run++;

            var delta = (byte)((previous[i] + 17 - lengths[i]) % 17);
            if (lengths[i] == 0 && run >= 4)
            {
                run = Math.Min(run, 51);
                var isLong = run >= 20;
                Add(ref count, isLong ? LongZeros : ShortZeros, run - (isLong ? 20 : 4), 0);
            }
            else if (run >= 4)
            {
                // The decoder takes the difference from the first of the run alone.
                run = Math.Min(run, 5);
                _code.Counts[delta]++;
                Add(ref count, Same, run - 4, delta);
            }
            else
            {
                run = 1;
                Add(ref count, delta, 0, 0);
            }

            i += run;
        }

        return count;
    }

    private void Add(ref int count, int symbol, int extra, byte delta)
    {
        _code.Counts[symbol]++;
        _items[count++] = ((byte)symbol, (byte)extra, delta);
    }
}
