using System.Runtime.InteropServices;

namespace Hierarchy.Testing.Cabinets;

/// <summary>
/// Encodes bytes as an LZX stream as cabinets carry it: frames of 32 KiB, blocks of all three kinds, repeated offsets, E8 translation where it is asked for.
/// One instance serves one thread and is meant to be used again: its tables are not cleared between inputs.
/// </summary>
public sealed class LzxEncoder
{
    public const int FrameLength = 32 * 1024;

    private const int BlockLength = 4 * FrameLength;
    private const int LengthSymbols = 249;
    private const int MinMatch = 2;
    private const int MaxMatch = 257;

    private readonly LzxMatchFinder _finder;
    private readonly LzxBlockType _blocks;
    private readonly LzxBitWriter _writer = new();
    private readonly LzxTreeWriter _trees = new();
    private readonly List<LzxFrame> _frames = [];
    private readonly LzxCode _main;
    private readonly LzxCode _length = new(LengthSymbols, 16);
    private readonly LzxCode _aligned = new(8, 7);
    private readonly byte[] _previousMain;
    private readonly byte[] _previousLength = new byte[LengthSymbols];
    private readonly ulong[] _tokens = new ulong[BlockLength];
    private uint _r0;
    private uint _r1;
    private uint _r2;

    /// <summary>Makes an encoder for a window of 2^<paramref name="windowBits"/> bytes (15 to 21); <paramref name="blocks"/> other than Cheapest forces every block to be of that kind.</summary>
    public LzxEncoder(int windowBits = LzxSlots.MaxWindowBits, LzxBlockType blocks = LzxBlockType.Cheapest)
    {
        WindowBits = windowBits;
        _blocks = blocks;
        var symbols = 256 + (8 * LzxSlots.Count(windowBits));
        _main = new LzxCode(symbols, 16);
        _previousMain = new byte[symbols];
        _finder = new LzxMatchFinder(windowBits);
    }

    public int WindowBits { get; }

    /// <summary>The size of the file by which x86 calls are translated (E8), as the stream states it; zero for no translation.</summary>
    public int TranslationSize { get; init; }

    /// <summary>How many blocks of each kind the last input took, indexed by <see cref="LzxBlockType"/>.</summary>
    public int[] BlocksWritten { get; } = new int[4];

    /// <summary>The frames of the last input, in order.</summary>
    public IReadOnlyList<LzxFrame> Frames => _frames;

    /// <summary>The compressed bytes of the last input, until the next one is encoded.</summary>
    public ReadOnlySpan<byte> Output => _writer.Written;

    /// <summary>Encodes one input as a stream of its own.</summary>
    public void Encode(ReadOnlySpan<byte> input)
    {
        _writer.Clear();
        _frames.Clear();
        Array.Clear(BlocksWritten);
        Array.Clear(_previousMain);
        Array.Clear(_previousLength);
        _r0 = _r1 = _r2 = 1;
        _finder.Begin(input.Length);

        // The stream begins with one bit: E8 translation or none.
        _writer.Reserve(64);
        _writer.Write(TranslationSize == 0 ? 0u : 1u, 1);
        if (TranslationSize != 0)
        {
            _writer.Write((uint)TranslationSize >> 16, 16);
            _writer.Write((uint)TranslationSize & 0xFFFF, 16);
            var translated = input.ToArray();
            X86Calls.MakeAbsolute(translated, TranslationSize);
            input = translated;
        }

        for (var start = 0; start < input.Length; start += BlockLength)
            EncodeBlock(input, start, Math.Min(BlockLength, input.Length - start));
    }

    private void EncodeBlock(ReadOnlySpan<byte> input, int start, int length)
    {
        var (r0, r1, r2) = (_r0, _r1, _r2);
        var count = Tokenize(input, start, length);
        _main.Build(mayBeEmpty: false);
        _length.Build(mayBeEmpty: true);
        _aligned.Build(mayBeEmpty: false);

        var type = _blocks == LzxBlockType.Cheapest ? Cheapest(count, length) : _blocks;
        BlocksWritten[(int)type]++;
        _writer.Reserve(2048);
        _writer.Write((uint)type, 3);
        _writer.Write((uint)length >> 8, 16);
        _writer.Write((uint)length & 0xFF, 8);
        if (type == LzxBlockType.Uncompressed)
        {
            // The decoder takes the three offsets from the block: those of before it stay in force, and its trees do too.
            (_r0, _r1, _r2) = (r0, r1, r2);
            WriteRawBlock(input.Slice(start, length), start);
            return;
        }

        if (type == LzxBlockType.Aligned)
        {
            foreach (var bits in _aligned.Lengths)
                _writer.Write(bits, 3);
        }

        _trees.Write(_writer, _previousMain.AsSpan(0, 256), _main.Lengths.AsSpan(0, 256));
        _trees.Write(_writer, _previousMain.AsSpan(256), _main.Lengths.AsSpan(256));
        _trees.Write(_writer, _previousLength, _length.Lengths);
        _main.Lengths.CopyTo(_previousMain, 0);
        _length.Lengths.CopyTo(_previousLength, 0);
        WriteTokens(count, start, type == LzxBlockType.Aligned);
    }

    private LzxBlockType Cheapest(int tokens, int length)
    {
        long alignedOffsets = 0;
        foreach (var count in _aligned.Counts)
            alignedOffsets += count;
        var alignedBits = _aligned.Cost() + 24 - (3 * alignedOffsets);
        long bits = _main.Cost() + _length.Cost() + Math.Min(alignedBits, 0) + 600;
        for (var i = 0; i < tokens; i++)
            bits += ExtraBitsOf(_tokens[i]);
        if (bits / 8 > length)
            return LzxBlockType.Uncompressed;
        return alignedBits < 0 ? LzxBlockType.Aligned : LzxBlockType.Verbatim;
    }

    // A token is a literal (its value), or a match: bit 63, length in bits 32..47, formatted offset or repeated offset 0..2 in bits 0..31.
    private int Tokenize(ReadOnlySpan<byte> input, int start, int length)
    {
        _main.Clear();
        _length.Clear();
        _aligned.Clear();
        var count = 0;
        var end = start + length;
        var position = start;
        var (nextLength, nextOffset) = (-1, 0u);
        while (position < end)
        {
            // Matches do not run over the end of a frame.
            var room = Math.Min(MaxMatch, Math.Min(end, (position | (FrameLength - 1)) + 1) - position);
            var (best, offset) = nextLength >= 0 ? (nextLength, nextOffset) : _finder.Find(input, position, room);
            nextLength = -1;
            var (repeated, which) = Repeated(input, position, room);
            if (repeated >= MinMatch && repeated + 2 >= best)
            {
                _finder.Skip(input, position + 1, repeated - 1);
                _tokens[count++] = Match(repeated, (uint)which);
                UseRepeated(which);
                position += repeated;
                continue;
            }

            if (best >= 3 && best < LzxMatchFinder.NiceLength && best < room)
            {
                var (later, laterOffset) = _finder.Find(input, position + 1, Math.Min(MaxMatch, room - 1));
                if (later > best)
                {
                    _tokens[count++] = Literal(input[position++]);
                    (nextLength, nextOffset) = (later, laterOffset);
                    continue;
                }

                _finder.Skip(input, position + 2, best - 2);
            }
            else if (best >= 3)
            {
                _finder.Skip(input, position + 1, best - 1);
            }

            if (best < 3)
            {
                _tokens[count++] = Literal(input[position++]);
                continue;
            }

            _tokens[count++] = Match(best, offset + 2);
            (_r2, _r1, _r0) = (_r1, _r0, offset);
            position += best;
        }

        return count;
    }

    private (int Length, int Which) Repeated(ReadOnlySpan<byte> input, int position, int room)
    {
        var best = LengthAt(input, position, _r0, room);
        var which = 0;
        if (best >= LzxMatchFinder.NiceLength)
            return (best, which);
        var second = LengthAt(input, position, _r1, room);
        if (second > best)
            (best, which) = (second, 1);
        var third = LengthAt(input, position, _r2, room);
        if (third > best)
            (best, which) = (third, 2);
        return (best, which);
    }

    private static int LengthAt(ReadOnlySpan<byte> input, int position, uint offset, int room)
    {
        if (offset > position)
            return 0;
        return input.Slice(position, room).CommonPrefixLength(input.Slice(position - (int)offset, room));
    }

    private void UseRepeated(int which)
    {
        if (which == 1)
            (_r0, _r1) = (_r1, _r0);
        else if (which == 2)
            (_r0, _r2) = (_r2, _r0);
    }

    private ulong Literal(byte value)
    {
        _main.Counts[value]++;
        return value;
    }

    private ulong Match(int length, uint formatted)
    {
        var slot = LzxSlots.Of(formatted);
        var header = Math.Min(length - MinMatch, 7);
        _main.Counts[256 + (slot << 3) + header]++;
        if (header == 7)
            _length.Counts[length - MinMatch - 7]++;
        if (LzxSlots.ExtraBits(slot) >= 3)
            _aligned.Counts[formatted & 7]++;
        return (1UL << 63) | ((ulong)length << 32) | formatted;
    }

    private static int ExtraBitsOf(ulong token) => (long)token >= 0 ? 0 : LzxSlots.ExtraBits(LzxSlots.Of((uint)token));

    private void WriteTokens(int count, int start, bool aligned)
    {
        var position = start;
        foreach (var token in _tokens.AsSpan(0, count))
        {
            _writer.Reserve(16);
            if ((long)token >= 0)
            {
                _writer.Write(_main.Words[(int)token], _main.Lengths[(int)token]);
                position++;
            }
            else
            {
                var length = (int)(token >> 32) & 0xFFFF;
                WriteMatch(length, (uint)token, aligned);
                position += length;
            }

            if ((position & (FrameLength - 1)) == 0)
                EndFrame(position);
        }

        if ((position & (FrameLength - 1)) != 0 && (position - start) < BlockLength)
            EndFrame(position);
    }

    private void WriteMatch(int length, uint formatted, bool aligned)
    {
        var slot = LzxSlots.Of(formatted);
        var header = Math.Min(length - MinMatch, 7);
        var symbol = 256 + (slot << 3) + header;
        _writer.Write(_main.Words[symbol], _main.Lengths[symbol]);
        if (header == 7)
            _writer.Write(_length.Words[length - MinMatch - 7], _length.Lengths[length - MinMatch - 7]);
        var extra = LzxSlots.ExtraBits(slot);
        if (extra == 0)
            return;
        var rest = formatted - LzxSlots.Base(slot);
        if (!aligned || extra < 3)
        {
            _writer.Write(rest, extra);
            return;
        }

        if (extra > 3)
            _writer.Write(rest >> 3, extra - 3);
        _writer.Write(_aligned.Words[(int)(rest & 7)], _aligned.Lengths[(int)(rest & 7)]);
    }

    private void WriteRawBlock(ReadOnlySpan<byte> block, int start)
    {
        _writer.PadBeforeRawBytes();
        Span<uint> offsets = [_r0, _r1, _r2];
        _writer.WriteRaw(MemoryMarshal.AsBytes(offsets));
        for (var done = 0; done < block.Length; done += FrameLength)
        {
            var piece = block.Slice(done, Math.Min(FrameLength, block.Length - done));
            _writer.WriteRaw(piece);
            if ((piece.Length & 1) != 0)
                _writer.WriteRaw([0]);
            EndFrame(start + done + piece.Length);
        }
    }

    private void EndFrame(int position)
    {
        _writer.Reserve(16);
        _writer.AlignToWord();
        var (offset, begun) = _frames.Count == 0 ? (0, 0) : (_frames[^1].Offset + _frames[^1].CompressedLength, _frames.Count * FrameLength);
        _frames.Add(new LzxFrame(offset, _writer.Length - offset, position - begun));
    }
}
