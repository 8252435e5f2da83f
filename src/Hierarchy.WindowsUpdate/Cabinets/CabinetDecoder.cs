using System.Buffers;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>Decodes the blocks of a folder, as far as they are needed, into one flat buffer that is window and output at once.</summary>
internal static class CabinetDecoder
{
    [ThreadStatic]
    private static LzxDecoder? t_lzx;

    [ThreadStatic]
    private static MszipDecoder? t_mszip;

    /// <summary>Fills the buffer from its start up to <paramref name="end"/>, to whole blocks.</summary>
    public static void Decode(ReadOnlySpan<byte> cabinet, CabinetBlocks blocks, Span<byte> output, int end)
    {
        switch (blocks.Kind)
        {
            case 0:
                DecodeStored(cabinet, blocks, output, end);
                break;
            case 1:
                DecodeMszip(cabinet, blocks, output, end);
                break;
            case 3:
                DecodeLzx(cabinet, blocks, output, end);
                break;
            default:
                throw CabinetReader.Damaged($"compression {blocks.Kind} is not one of stored, MSZIP and LZX");
        }
    }

    private static void DecodeStored(ReadOnlySpan<byte> cabinet, CabinetBlocks blocks, Span<byte> output, int end)
    {
        var position = blocks.First;
        for (var written = 0; written < end;)
        {
            blocks.Verify(cabinet, position);
            var (data, length) = blocks.Next(cabinet, ref position);
            if (data.Length != length) throw CabinetReader.Damaged($"a stored block before {position:N0} has another length than it says");
            data.CopyTo(output[written..]);
            written += length;
        }
    }

    private static void DecodeMszip(ReadOnlySpan<byte> cabinet, CabinetBlocks blocks, Span<byte> output, int end)
    {
        var decoder = t_mszip ??= new MszipDecoder();
        var position = blocks.First;
        for (var written = 0; written < end;)
        {
            blocks.Verify(cabinet, position);
            var (data, length) = blocks.Next(cabinet, ref position);
            decoder.Decode(data, output, written, written + length);
            written += length;
        }
    }

    /// <summary>LZX runs on over the blocks' borders, so that the encoded bytes are joined first, where there is more than one block.</summary>
    private static void DecodeLzx(ReadOnlySpan<byte> cabinet, CabinetBlocks blocks, Span<byte> output, int end)
    {
        var decoder = t_lzx ??= new LzxDecoder();
        var position = blocks.First;
        if (blocks.Count == 1)
        {
            blocks.Verify(cabinet, position);
            var (data, length) = blocks.Next(cabinet, ref position);
            decoder.Decode(data, output, length, blocks.WindowBits);
            return;
        }

        var joined = ArrayPool<byte>.Shared.Rent(blocks.Compressed);
        try
        {
            var (read, expected) = (0, 0);
            while (expected < end)
            {
                if (expected % CabinetBlocks.MaxBlock != 0) throw CabinetReader.Damaged("an LZX block that is not the last is not full");
                blocks.Verify(cabinet, position);
                var (data, length) = blocks.Next(cabinet, ref position);
                data.CopyTo(joined.AsSpan(read));
                read += data.Length;
                expected += length;
            }

            decoder.Decode(joined.AsSpan(0, read), output, expected, blocks.WindowBits);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }
}
