using System.Buffers.Binary;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>MSZIP ([MS-MCI]): each block is `CK` and a deflate stream (RFC 1951) that may refer to the 32 KiB before it. Reusable, not thread-safe.</summary>
internal sealed class MszipDecoder
{
    private const int EndOfBlock = 256;
    private const int WindowSize = 32 * 1024;

    private static readonly ushort[] LengthBases =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static readonly byte[] LengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static readonly ushort[] DistanceBases =
        [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];

    private static readonly byte[] DistanceBits = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
    private static readonly byte[] OrderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly DeflateTree _literals = new(288, tableBits: 10);
    private readonly DeflateTree _distances = new(32, tableBits: 8);
    private readonly DeflateTree _lengths = new(19, tableBits: 7);

    /// <summary>Decodes one block to [position, end); what lies before the position is history. The output has <see cref="MatchCopy.Slack"/> bytes beyond.</summary>
    public void Decode(ReadOnlySpan<byte> block, Span<byte> output, int position, int end)
    {
        if (!block.StartsWith("CK"u8)) throw CabinetReader.Damaged("an MSZIP block does not begin with its signature");
        var bits = new DeflateBits(block[2..]);
        bool isFinal;
        do
        {
            isFinal = bits.Read(1) != 0;
            position = bits.Read(2) switch
            {
                0 => CopyStored(ref bits, output, position, end),
                1 => Inflate(ref bits, output, position, end, ReadFixedTrees),
                2 => Inflate(ref bits, output, position, end, ReadDynamicTrees),
                _ => throw CabinetReader.Damaged("a deflate block of type 3 does not exist"),
            };
            if (bits.IsOverrun) throw CabinetReader.Damaged("a deflate stream is cut off");
        }
        while (!isFinal);

        if (position != end) throw CabinetReader.Damaged("an MSZIP block is shorter than it says");
    }

    private static int CopyStored(ref DeflateBits bits, Span<byte> output, int position, int end)
    {
        bits.AlignToBytes();
        var header = bits.TakeBytes(4);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(header);
        if ((length ^ BinaryPrimitives.ReadUInt16LittleEndian(header[2..])) != 0xFFFF) throw CabinetReader.Damaged("a stored deflate block contradicts itself");
        if (length > end - position) throw CabinetReader.Damaged("an MSZIP block is longer than it says");
        bits.TakeBytes(length).CopyTo(output[position..]);
        return position + length;
    }

    private int Inflate(ref DeflateBits source, Span<byte> output, int position, int end, ReadTrees readTrees)
    {
        var bits = source;
        readTrees(ref bits);
        while (true)
        {
            bits.Refill();
            var symbol = _literals.Take(ref bits);
            if (symbol < EndOfBlock)
            {
                if (position >= end) throw CabinetReader.Damaged("an MSZIP block is longer than it says");
                output[position++] = (byte)symbol;
                continue;
            }

            if (symbol == EndOfBlock) break;
            symbol -= EndOfBlock + 1;
            if (symbol >= LengthBases.Length) throw CabinetReader.Damaged("a deflate length does not exist");
            var length = LengthBases[symbol] + bits.Take(LengthBits[symbol]);
            bits.Refill();
            var slot = _distances.Take(ref bits);
            if (slot >= DistanceBases.Length) throw CabinetReader.Damaged("a deflate distance does not exist");
            var distance = DistanceBases[slot] + bits.Take(DistanceBits[slot]);
            if (length > end - position) throw CabinetReader.Damaged("an MSZIP block is longer than it says");
            if (distance > WindowSize) throw CabinetReader.Damaged("a deflate distance is too long");
            MatchCopy.Copy(output, position, distance, length);
            position += length;
        }

        source = bits;
        return position;
    }

    private void ReadFixedTrees(ref DeflateBits bits)
    {
        Span<byte> lengths = stackalloc byte[288];
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..].Fill(8);
        _literals.Build(lengths);
        lengths[..32].Fill(5);
        _distances.Build(lengths[..32]);
    }

    private void ReadDynamicTrees(ref DeflateBits bits)
    {
        var literals = bits.Read(5) + 257;
        var distances = bits.Read(5) + 1;
        var codes = bits.Read(4) + 4;
        if (literals > 286) throw CabinetReader.Damaged("a deflate block has too many literals");

        Span<byte> codeLengths = stackalloc byte[19];
        codeLengths.Clear();
        for (var index = 0; index < codes; index++) codeLengths[OrderOfLengths[index]] = (byte)bits.Read(3);
        _lengths.Build(codeLengths);

        Span<byte> lengths = stackalloc byte[literals + distances];
        for (var at = 0; at < lengths.Length;)
        {
            bits.Refill();
            var symbol = _lengths.Take(ref bits);
            if (symbol == 16 && at == 0) throw CabinetReader.Damaged("a run of code lengths has no length");
            var (run, value) = symbol switch
            {
                16 => (3 + bits.Take(2), lengths[at - 1]),
                17 => (3 + bits.Take(3), (byte)0),
                18 => (11 + bits.Take(7), (byte)0),
                _ => (1, (byte)symbol),
            };
            if (run > lengths.Length - at) throw CabinetReader.Damaged("a run of code lengths is too long");
            lengths.Slice(at, run).Fill(value);
            at += run;
        }

        _literals.Build(lengths[..literals]);
        _distances.Build(lengths[literals..]);
    }

    private delegate void ReadTrees(ref DeflateBits bits);
}
