using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Hierarchy.Tests.WindowsUpdate.Cabinets;

/// <summary>Writes small cabinets: the container as [MS-CAB] has it, with blocks that the test encoded.</summary>
internal sealed class TestCabinet
{
    private readonly List<(ushort Method, List<(byte[] Data, int Length)> Blocks)> _folders = [];
    private readonly List<(string Name, int Folder, int Start, int Length)> _files = [];

    public bool WithChecksums { get; init; } = true;

    public int Reserve { get; init; }

    public int AddFolder(ushort method, params (byte[] Data, int Length)[] blocks)
    {
        _folders.Add((method, [.. blocks]));
        return _folders.Count - 1;
    }

    public TestCabinet AddFile(string name, int folder, int start, int length)
    {
        _files.Add((name, folder, start, length));
        return this;
    }

    /// <summary>The content cut into blocks of 32 KiB.</summary>
    public static (byte[] Data, int Length)[] Stored(byte[] content) => [.. content.Chunk(32768).Select(block => (block, block.Length))];

    /// <summary>The content as MSZIP blocks; each refers to those before it when it shares their history.</summary>
    public static (byte[] Data, int Length)[] Mszip(byte[] content, bool sharesHistory, CompressionLevel level = CompressionLevel.Optimal)
    {
        var blocks = new List<(byte[], int)>();
        var all = new MemoryStream();
        var stream = new DeflateStream(all, level, leaveOpen: true);
        foreach (var chunk in content.Chunk(32768))
        {
            if (!sharesHistory)
            {
                all = new MemoryStream();
                stream = new DeflateStream(all, level, leaveOpen: true);
            }

            var before = (int)all.Length;
            stream.Write(chunk);
            stream.Flush();
            // The flush ends on a whole byte; an empty stored block ends the stream.
            byte[] encoded = [.. "CK"u8, .. all.ToArray().AsSpan(before), 1, 0, 0, 0xFF, 0xFF];
            blocks.Add((encoded, chunk.Length));
        }

        return [.. blocks];
    }

    public byte[] ToArray()
    {
        var output = new MemoryStream();
        var dataOffset = 36 + (Reserve > 0 ? 4 + Reserve : 0) + (_folders.Count * (8 + Reserve)) + _files.Sum(file => 17 + Encoding.UTF8.GetByteCount(file.Name));
        var filesOffset = dataOffset - _files.Sum(file => 17 + Encoding.UTF8.GetByteCount(file.Name));
        var total = dataOffset + _folders.Sum(folder => folder.Blocks.Sum(block => 8 + Reserve + block.Data.Length));
        output.Write("MSCF"u8);
        Write(output, 0u, (uint)total, 0u, (uint)filesOffset, 0u);
        output.Write([3, 1]);
        Write(output, (ushort)_folders.Count, (ushort)_files.Count, (ushort)(Reserve > 0 ? 4 : 0), (ushort)7, (ushort)0);
        if (Reserve > 0)
        {
            Write(output, (ushort)Reserve);
            output.Write([(byte)Reserve, (byte)Reserve]);
            output.Write(Filler());
        }

        var offset = dataOffset;
        foreach (var (method, blocks) in _folders)
        {
            Write(output, (uint)offset);
            Write(output, (ushort)blocks.Count, method);
            output.Write(Filler());
            offset += blocks.Sum(block => 8 + Reserve + block.Data.Length);
        }

        foreach (var (name, folder, start, length) in _files)
        {
            Write(output, (uint)length, (uint)start);
            Write(output, (ushort)folder, (ushort)0, (ushort)0, (ushort)0x20);
            output.Write(Encoding.UTF8.GetBytes(name));
            output.WriteByte(0);
        }

        foreach (var (data, length) in _folders.SelectMany(folder => folder.Blocks))
        {
            byte[] header = new byte[4 + Reserve];
            BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)data.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(2), (ushort)length);
            Filler().CopyTo(header, 4);
            Write(output, WithChecksums ? Checksum(header, Checksum(data, 0)) : 0u);
            output.Write(header);
            output.Write(data);
        }

        return output.ToArray();
    }

    private byte[] Filler() => [.. Enumerable.Repeat((byte)0xAB, Reserve)];

    private static uint Checksum(byte[] bytes, uint seed)
    {
        var at = 0;
        for (; bytes.Length - at >= 4; at += 4) seed ^= BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
        return seed ^ ((bytes.Length - at) switch
        {
            3 => ((uint)bytes[at] << 16) | ((uint)bytes[at + 1] << 8) | bytes[at + 2],
            2 => ((uint)bytes[at] << 8) | bytes[at + 1],
            1 => bytes[at],
            _ => 0u,
        });
    }

    private static void Write(Stream output, params uint[] values)
    {
        foreach (var value in values) output.Write(BitConverter.GetBytes(value));
    }

    private static void Write(Stream output, params ushort[] values)
    {
        foreach (var value in values) output.Write(BitConverter.GetBytes(value));
    }
}
