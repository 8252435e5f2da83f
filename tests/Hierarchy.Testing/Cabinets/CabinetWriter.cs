using System.Buffers.Binary;
using System.Text;

namespace Hierarchy.Testing.Cabinets;

/// <summary>
/// Writes a cabinet of one LZX folder with one member, as a WSUS server wraps an update document: no reserved areas, no dates, checksums on every block.
/// One instance serves one thread and is meant to be used again.
/// </summary>
public sealed class CabinetWriter(LzxEncoder encoder)
{
    private const int HeaderLength = 36;
    private const int FolderLength = 8;
    private const int FileLength = 16;
    private const int BlockHeaderLength = 8;
    private const ushort Lzx = 3;

    public CabinetWriter()
        : this(new LzxEncoder())
    {
    }

    /// <summary>Gives the cabinet that holds <paramref name="content"/> as a member named <paramref name="member"/>.</summary>
    public byte[] Write(ReadOnlySpan<byte> content, string member = "blob")
    {
        encoder.Encode(content);
        var name = Encoding.ASCII.GetBytes(member);
        var dataStart = HeaderLength + FolderLength + FileLength + name.Length + 1;
        var cabinet = new byte[dataStart + (encoder.Frames.Count * BlockHeaderLength) + encoder.Output.Length];

        var at = cabinet.AsSpan();
        "MSCF"u8.CopyTo(at);
        BinaryPrimitives.WriteInt32LittleEndian(at[8..], cabinet.Length);
        BinaryPrimitives.WriteInt32LittleEndian(at[16..], HeaderLength + FolderLength);
        at[24] = 3;
        at[25] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(at[26..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(at[28..], 1);

        var folder = at[HeaderLength..];
        BinaryPrimitives.WriteInt32LittleEndian(folder, dataStart);
        BinaryPrimitives.WriteUInt16LittleEndian(folder[4..], checked((ushort)encoder.Frames.Count));
        BinaryPrimitives.WriteUInt16LittleEndian(folder[6..], (ushort)(Lzx | (encoder.WindowBits << 8)));

        var file = at[(HeaderLength + FolderLength)..];
        BinaryPrimitives.WriteInt32LittleEndian(file, content.Length);
        name.CopyTo(file[FileLength..]);

        var data = at[dataStart..];
        foreach (var frame in encoder.Frames)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(data[4..], checked((ushort)frame.CompressedLength));
            BinaryPrimitives.WriteUInt16LittleEndian(data[6..], checked((ushort)frame.Length));
            encoder.Output.Slice(frame.Offset, frame.CompressedLength).CopyTo(data[BlockHeaderLength..]);
            var payload = Checksum(data.Slice(BlockHeaderLength, frame.CompressedLength), 0);
            BinaryPrimitives.WriteUInt32LittleEndian(data, Checksum(data.Slice(4, 4), payload));
            data = data[(BlockHeaderLength + frame.CompressedLength)..];
        }

        return cabinet;
    }

    /// <summary>The checksum of a CFDATA block: 32-bit words combined by exclusive or, the rest of up to three bytes as a number with the first byte highest.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> bytes, uint seed)
    {
        var sum = seed;
        while (bytes.Length >= 4)
        {
            sum ^= BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            bytes = bytes[4..];
        }

        uint rest = 0;
        foreach (var value in bytes)
            rest = (rest << 8) | value;
        return sum ^ rest;
    }
}
