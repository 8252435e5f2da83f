using System.Buffers.Binary;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>
/// LZX as cabinets have it ([MS-PATCH], Microsoft LZX Data Compression Format): windows of 2^15 to 2^21, verbatim, aligned and uncompressed
/// blocks, frames of 32 KiB, E8 call translation. Decodes into a flat buffer, which therefore is the window. Reusable, not thread-safe.
/// </summary>
internal sealed class LzxDecoder
{
    private const int FrameSize = 32 * 1024;
    private const int Literals = 256;
    private const int LengthSymbols = 249;
    private const int PretreeSymbols = 20;
    private const int AlignedSymbols = 8;
    private const int MaxSlots = 50;

    private static readonly int[] SlotsOfWindow = [30, 32, 34, 36, 38, 42, 50];
    private static readonly byte[] FooterBits = [.. Enumerable.Range(0, MaxSlots).Select(slot => (byte)Math.Clamp((slot / 2) - 1, 0, 17))];
    private static readonly int[] BasePositions = MakeBasePositions();

    private readonly LzxTree _main = new(Literals + (MaxSlots * 8), tableBits: 11);
    private readonly LzxTree _length = new(LengthSymbols, tableBits: 10);
    private readonly LzxTree _aligned = new(AlignedSymbols, tableBits: 7);
    private readonly LzxTree _pretree = new(PretreeSymbols, tableBits: 8);
    private readonly byte[] _mainLengths = new byte[Literals + (MaxSlots * 8)];
    private readonly byte[] _lengthLengths = new byte[LengthSymbols];
    private int _recent0;
    private int _recent1;
    private int _recent2;
    private BlockType _type;
    private int _blockLength;
    private int _blockRemaining;
    private int _mainSymbols;

    private enum BlockType
    {
        None = 0,
        Verbatim = 1,
        Aligned = 2,
        Uncompressed = 3,
    }

    /// <summary>Decodes the first <paramref name="length"/> bytes of a stream; the output has <see cref="MatchCopy.Slack"/> bytes beyond.</summary>
    public void Decode(ReadOnlySpan<byte> input, Span<byte> output, int length, int windowBits)
    {
        if (windowBits is < 15 or > 21) throw CabinetReader.Damaged($"an LZX window of 2^{windowBits} bytes does not exist");
        Reset(windowBits);
        var bits = new LzxBits(input);
        var translationSize = bits.Read(1) == 0 ? 0 : (bits.Read(16) << 16) | bits.Read(16);

        for (var position = 0; position < length;)
        {
            var frameEnd = Math.Min(position + FrameSize, length);
            while (position < frameEnd)
            {
                if (_blockRemaining == 0) ReadBlockHeader(ref bits);
                var end = position + Math.Min(_blockRemaining, frameEnd - position);
                DecodeRun(ref bits, output, position, end);
                _blockRemaining -= end - position;
                position = end;
                if (bits.IsOverrun) throw CabinetReader.Damaged("an LZX stream is cut off");
            }

            bits.Align();
        }

        // Matches refer to what was there before the translation, so it comes last.
        if (translationSize != 0) TranslateCalls(output[..length], translationSize);
    }

    private void Reset(int windowBits)
    {
        _mainSymbols = Literals + (SlotsOfWindow[windowBits - 15] * 8);
        (_recent0, _recent1, _recent2) = (1, 1, 1);
        (_type, _blockLength, _blockRemaining) = (BlockType.None, 0, 0);
        Array.Clear(_mainLengths);
        Array.Clear(_lengthLengths);
    }

    private void ReadBlockHeader(ref LzxBits bits)
    {
        if (_type == BlockType.Uncompressed && (_blockLength & 1) != 0) bits.SkipPadding();
        _type = (BlockType)bits.Read(3);
        _blockLength = _blockRemaining = (bits.Read(16) << 8) | bits.Read(8);
        switch (_type)
        {
            case BlockType.Verbatim:
                ReadTrees(ref bits);
                break;
            case BlockType.Aligned:
                Span<byte> lengths = stackalloc byte[AlignedSymbols];
                foreach (ref var length in lengths) length = (byte)bits.Read(3);
                _aligned.Build(lengths);
                ReadTrees(ref bits);
                break;
            case BlockType.Uncompressed:
                bits.AlignToBytes();
                var recent = bits.TakeBytes(12);
                _recent0 = BinaryPrimitives.ReadInt32LittleEndian(recent);
                _recent1 = BinaryPrimitives.ReadInt32LittleEndian(recent[4..]);
                _recent2 = BinaryPrimitives.ReadInt32LittleEndian(recent[8..]);
                break;
            default:
                throw CabinetReader.Damaged($"an LZX block of type {(int)_type} does not exist");
        }

        if (bits.IsOverrun) throw CabinetReader.Damaged("an LZX stream is cut off");
    }

    private void ReadTrees(ref LzxBits bits)
    {
        ReadLengths(ref bits, _mainLengths.AsSpan(0, Literals));
        ReadLengths(ref bits, _mainLengths.AsSpan(Literals, _mainSymbols - Literals));
        _main.Build(_mainLengths.AsSpan(0, _mainSymbols));
        ReadLengths(ref bits, _lengthLengths);
        _length.Build(_lengthLengths);
    }

    /// <summary>Lengths are differences, modulo 17, to those of the block before, in a code of their own.</summary>
    private void ReadLengths(ref LzxBits bits, Span<byte> lengths)
    {
        Span<byte> pretree = stackalloc byte[PretreeSymbols];
        foreach (ref var length in pretree) length = (byte)bits.Read(4);
        _pretree.Build(pretree);

        for (var at = 0; at < lengths.Length;)
        {
            bits.Refill();
            var symbol = _pretree.Take(ref bits);
            var (run, value) = symbol switch
            {
                17 => (4 + bits.Take(4), 0),
                18 => (20 + bits.Take(5), 0),
                19 => (4 + bits.Take(1), -1),
                _ => (1, Difference(lengths[at], symbol)),
            };
            if (run > lengths.Length - at) throw CabinetReader.Damaged("a run of code lengths is too long");
            if (value < 0)
            {
                bits.Refill();
                var next = _pretree.Take(ref bits);
                if (next > 16) throw CabinetReader.Damaged("a run of code lengths has no length");
                value = Difference(lengths[at], next);
            }

            lengths.Slice(at, run).Fill((byte)value);
            at += run;
        }

        static int Difference(byte before, int symbol) => before >= symbol ? before - symbol : before - symbol + 17;
    }

    private void DecodeRun(ref LzxBits bits, Span<byte> output, int position, int end)
    {
        if (_type == BlockType.Uncompressed) bits.TakeBytes(end - position).CopyTo(output[position..]);
        else DecodeSymbols(ref bits, output, position, end, isAligned: _type == BlockType.Aligned);
    }

    private void DecodeSymbols(ref LzxBits source, Span<byte> output, int position, int end, bool isAligned)
    {
        // Locals, so that they live in registers.
        var bits = source;
        var (main, recent0, recent1, recent2) = (_main, _recent0, _recent1, _recent2);
        while (position < end)
        {
            bits.Refill();
            var symbol = main.Take(ref bits);
            if (symbol < Literals)
            {
                output[position++] = (byte)symbol;
                continue;
            }

            symbol -= Literals;
            var length = symbol & 7;
            if (length == 7) length += _length.Take(ref bits);
            length += 2;
            var slot = symbol >> 3;
            switch (slot)
            {
                case 0:
                    break;
                case 1:
                    (recent0, recent1) = (recent1, recent0);
                    break;
                case 2:
                    (recent0, recent2) = (recent2, recent0);
                    break;
                default:
                    bits.Refill();
                    recent2 = recent1;
                    recent1 = recent0;
                    int footer = FooterBits[slot];
                    recent0 = BasePositions[slot] - 2;
                    if (!isAligned || footer < 3) recent0 += bits.Take(footer);
                    else recent0 += (bits.Take(footer - 3) << 3) + _aligned.Take(ref bits);
                    break;
            }

            if (length > end - position) throw CabinetReader.Damaged("a match reaches over its block or frame");
            MatchCopy.Copy(output, position, recent0, length);
            position += length;
        }

        source = bits;
        (_recent0, _recent1, _recent2) = (recent0, recent1, recent2);
    }

    /// <summary>The encoder made the targets of x86 calls absolute, so that they repeat; this makes them relative again.</summary>
    private static void TranslateCalls(Span<byte> output, int translationSize)
    {
        const int MaxFrames = 32768;
        for (var start = 0; start < output.Length && start / FrameSize < MaxFrames; start += FrameSize)
        {
            var frame = output.Slice(start, Math.Min(FrameSize, output.Length - start));
            for (var at = 0; at < frame.Length - 10;)
            {
                var found = frame[at..^10].IndexOf((byte)0xE8);
                if (found < 0) break;
                at += found;
                var current = start + at;
                var target = frame.Slice(at + 1, 4);
                var absolute = BinaryPrimitives.ReadInt32LittleEndian(target);
                if (absolute >= -current && absolute < translationSize)
                    BinaryPrimitives.WriteInt32LittleEndian(target, absolute >= 0 ? absolute - current : absolute + translationSize);
                at += 5;
            }
        }
    }

    private static int[] MakeBasePositions()
    {
        var positions = new int[MaxSlots];
        for (var slot = 1; slot < MaxSlots; slot++) positions[slot] = positions[slot - 1] + (1 << FooterBits[slot - 1]);
        return positions;
    }
}
