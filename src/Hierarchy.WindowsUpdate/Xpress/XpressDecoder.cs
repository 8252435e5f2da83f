using System.Buffers;
using System.Buffers.Binary;
using Hierarchy.Domain;

namespace Hierarchy.WindowsUpdate.Xpress;

/// <summary>
/// Decodes bodies with `Content-Encoding: xpress` ([MS-WUSP] 2.1.1): blocks of a length, an encoded length and the bytes, plain LZ77 of [MS-XCA] 2.4.
/// Equal lengths mean stored. Nothing is trusted: lengths are added up and compared with the limit before memory is taken.
/// </summary>
public static class XpressDecoder
{
    /// <summary>The most that a block holds, encoded or not.</summary>
    public const int MaxBlock = 65535;

    internal const int HeaderLength = 8;
    internal const int MinMatch = 3;
    internal const int ShortLengths = 7;
    internal const int NibbleLengths = 15;
    internal const int ByteLengths = 255;

    /// <summary>The bytes that were encoded.</summary>
    /// <exception cref="IntegrityException">The body is damaged or claims more than the limit.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> body, int maxLength)
    {
        var output = new byte[Measure(body, maxLength)];
        var written = 0;
        while (!body.IsEmpty)
        {
            var (length, encoded) = ReadHeader(body);
            DecodeBlock(body.Slice(HeaderLength, encoded), output.AsSpan(written, length));
            written += length;
            body = body[(HeaderLength + encoded)..];
        }

        return output;
    }

    /// <summary>Appends the bytes that were encoded to a writer, block by block.</summary>
    /// <exception cref="IntegrityException">The body is damaged or claims more than the limit.</exception>
    public static void Decode(ReadOnlySpan<byte> body, IBufferWriter<byte> output, int maxLength)
    {
        Measure(body, maxLength);
        while (!body.IsEmpty)
        {
            var (length, encoded) = ReadHeader(body);
            DecodeBlock(body.Slice(HeaderLength, encoded), output.GetSpan(length)[..length]);
            output.Advance(length);
            body = body[(HeaderLength + encoded)..];
        }
    }

    /// <summary>Decodes one block, which fills the output exactly.</summary>
    internal static void DecodeBlock(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length == output.Length)
        {
            input.CopyTo(output);
            return;
        }

        var (read, written, halfRead) = (0, 0, -1);
        uint flags = 0;
        var flagCount = 0;
        while (written < output.Length)
        {
            if (flagCount == 0)
            {
                flags = BinaryPrimitives.ReadUInt32LittleEndian(Take(input, ref read, 4));
                flagCount = 32;
            }

            flagCount--;
            if ((flags & (1u << flagCount)) == 0)
            {
                if (read >= input.Length) throw Damaged("a block is cut off");
                output[written++] = input[read++];
                continue;
            }

            int token = BinaryPrimitives.ReadUInt16LittleEndian(Take(input, ref read, 2));
            var length = (token & ShortLengths) == ShortLengths ? ReadLength(input, ref read, ref halfRead) : token & ShortLengths;
            Copy(output, ref written, distance: (token >> 3) + 1, length + MinMatch);
        }

        // Behind the last element there is one flag more, which says so; some writers leave the rest of a word of flags out.
        if (input.Length - read > 4) throw Damaged("a block is longer than it says");
    }

    private static long ReadLength(ReadOnlySpan<byte> input, ref int read, ref int halfRead)
    {
        // Two long matches share a byte: the first takes the low half, the second the high one.
        int nibble;
        if (halfRead < 0)
        {
            halfRead = read;
            nibble = Take(input, ref read, 1)[0] & 15;
        }
        else
        {
            nibble = input[halfRead] >> 4;
            halfRead = -1;
        }

        if (nibble < NibbleLengths) return nibble + ShortLengths;
        int more = Take(input, ref read, 1)[0];
        if (more < ByteLengths) return more + NibbleLengths + ShortLengths;
        long whole = BinaryPrimitives.ReadUInt16LittleEndian(Take(input, ref read, 2));
        if (whole == 0) whole = BinaryPrimitives.ReadUInt32LittleEndian(Take(input, ref read, 4));
        return whole >= NibbleLengths + ShortLengths ? whole : throw Damaged("a length contradicts itself");
    }

    private static void Copy(Span<byte> output, ref int written, int distance, long length)
    {
        if (distance > written) throw Damaged("a match points before the start of its block");
        if (length > output.Length - written) throw Damaged("a match reaches over the end of its block");
        var count = (int)length;
        var source = written - distance;
        if (distance == 1)
        {
            output.Slice(written, count).Fill(output[source]);
        }
        else
        {
            // What overlaps repeats: each round doubles what is there.
            for (var done = 0; done < count;)
            {
                var step = Math.Min(count - done, distance + done);
                output.Slice(source, step).CopyTo(output[(written + done)..]);
                done += step;
            }
        }

        written += count;
    }

    private static int Measure(ReadOnlySpan<byte> body, int maxLength)
    {
        long total = 0;
        while (!body.IsEmpty)
        {
            var (length, encoded) = ReadHeader(body);
            total += length;
            if (total > maxLength) throw new IntegrityException($"The Xpress body claims more than {maxLength:N0} bytes, which is the limit.");
            body = body[(HeaderLength + encoded)..];
        }

        return (int)total;
    }

    private static (int Length, int Encoded) ReadHeader(ReadOnlySpan<byte> body)
    {
        if (body.Length < HeaderLength) throw Damaged("a block's header is cut off");
        var length = BinaryPrimitives.ReadInt32LittleEndian(body);
        var encoded = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
        if (length is < 0 or > MaxBlock || encoded is < 0 or > MaxBlock) throw Damaged($"a block claims {length} bytes from {encoded}");
        if (encoded > body.Length - HeaderLength) throw Damaged("a block is cut off");
        return (length, encoded);
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> input, ref int read, int count)
    {
        if (count > input.Length - read) throw Damaged("a block is cut off");
        var taken = input.Slice(read, count);
        read += count;
        return taken;
    }

    private static IntegrityException Damaged(string what) => new($"The Xpress body is damaged: {what}.");
}
