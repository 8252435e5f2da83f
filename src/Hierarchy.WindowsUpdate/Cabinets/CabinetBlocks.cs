using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>The data blocks of one folder, their headers checked: how many bytes are there and what they claim to become.</summary>
internal readonly record struct CabinetBlocks(int First, int Count, int Reserve, ushort Method, int Compressed, int Uncompressed)
{
    /// <summary>The most that one block decodes to.</summary>
    public const int MaxBlock = 32 * 1024;

    private const int HeaderLength = 8;

    /// <summary>Compression: 0 stored, 1 MSZIP, 2 Quantum, 3 LZX.</summary>
    public int Kind => Method & 15;

    /// <summary>For LZX: the window is 2 to this power.</summary>
    public int WindowBits => (Method >> 8) & 31;

    public static CabinetBlocks Read(ReadOnlySpan<byte> cabinet, ReadOnlySpan<byte> folder, int reserve)
    {
        var first = BinaryPrimitives.ReadUInt32LittleEndian(folder);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(folder[4..]);
        if (first > cabinet.Length) throw CabinetReader.Damaged("a folder lies outside");
        var blocks = new CabinetBlocks((int)first, count, reserve, BinaryPrimitives.ReadUInt16LittleEndian(folder[6..]), 0, 0);
        var (position, compressed, uncompressed) = ((int)first, 0, 0);
        for (var index = 0; index < count; index++)
        {
            var (data, length) = blocks.Next(cabinet, ref position);
            compressed += data.Length;
            uncompressed += length;
        }

        return blocks with { Compressed = compressed, Uncompressed = uncompressed };
    }

    /// <summary>The bytes of the block at a position, which moves behind it, and the length that they decode to.</summary>
    public Block Next(ReadOnlySpan<byte> cabinet, ref int position)
    {
        if (cabinet.Length - position < HeaderLength + Reserve) throw CabinetReader.Damaged($"a block at {position:N0} is cut off");
        var header = cabinet[position..];
        int length = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        int uncompressed = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        if (uncompressed > MaxBlock) throw CabinetReader.Damaged($"a block at {position:N0} claims {uncompressed:N0} bytes");
        if (uncompressed == 0) throw CabinetReader.Damaged($"a block at {position:N0} is continued in another cabinet");
        if (header.Length - HeaderLength - Reserve < length) throw CabinetReader.Damaged($"a block at {position:N0} is cut off");
        position += HeaderLength + Reserve + length;
        return new Block(header.Slice(HeaderLength + Reserve, length), uncompressed);
    }

    /// <summary>Compares the checksum of the block at a position; zero means that there is none.</summary>
    public void Verify(ReadOnlySpan<byte> cabinet, int position)
    {
        var stated = BinaryPrimitives.ReadUInt32LittleEndian(cabinet[position..]);
        if (stated == 0) return;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(cabinet[(position + 4)..]);
        var sum = Checksum(cabinet.Slice(position + HeaderLength + Reserve, length), 0);
        // [MS-CAB] counts the reserved bytes, some writers do not.
        if (stated != Checksum(cabinet.Slice(position + 4, 4 + Reserve), sum) && stated != Checksum(cabinet.Slice(position + 4, 4), sum))
            throw CabinetReader.Damaged($"the checksum of the block at {position:N0} does not match");
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes, uint seed)
    {
        var sum = seed;
        var whole = bytes.Length & ~3;
        if (BitConverter.IsLittleEndian)
        {
            foreach (var word in MemoryMarshal.Cast<byte, uint>(bytes[..whole])) sum ^= word;
        }
        else
        {
            for (var at = 0; at < whole; at += 4) sum ^= BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        }

        // The rest counts with its first byte highest, unlike the words before.
        uint rest = 0;
        foreach (var value in bytes[whole..]) rest = (rest << 8) | value;
        return sum ^ rest;
    }

    /// <summary>The encoded bytes of one block and the length that they decode to.</summary>
    internal readonly ref struct Block(ReadOnlySpan<byte> data, int uncompressed)
    {
        private readonly ReadOnlySpan<byte> _data = data;

        public void Deconstruct(out ReadOnlySpan<byte> data, out int uncompressed)
        {
            data = _data;
            uncompressed = Uncompressed;
        }

        public int Uncompressed { get; } = uncompressed;
    }
}
