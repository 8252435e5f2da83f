using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hierarchy.WindowsUpdate.Xpress;

/// <summary>
/// Encodes bodies as `Content-Encoding: xpress` ([MS-WUSP] 2.1.1) with plain LZ77 of [MS-XCA] 2.3, in blocks that hold no more than 65,535 bytes. A block that does not shrink is stored.
/// Reusable; one instance serves one thread.
/// </summary>
public sealed class XpressEncoder
{
    private const int HashBits = 13;
    private const int MaxDistance = 8192;
    private const int Block = XpressDecoder.MaxBlock;
    private const int MaxChain = 16;
    private const int NiceLength = 96;

    // Positions are of one block and grow from block to block, so that those of earlier ones are out of reach without clearing.
    private readonly int[] _heads = new int[1 << HashBits];
    private readonly int[] _previous = new int[MaxDistance];
    private readonly byte[] _encoded = new byte[Block + 16];
    private int _base = 1;
    private int _length;
    private int _flagsAt;
    private uint _flags;
    private int _flagCount;
    private int _halfByte;

    /// <summary>The encoded body.</summary>
    public byte[] Encode(ReadOnlySpan<byte> content)
    {
        var output = new ArrayBufferWriter<byte>((content.Length / 3) + 64);
        Encode(content, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Appends the encoded body to a writer.</summary>
    public void Encode(ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        for (; !content.IsEmpty; content = content[Math.Min(Block, content.Length)..])
        {
            var block = content[..Math.Min(Block, content.Length)];
            var encoded = TryEncode(block) ? _encoded.AsSpan(0, _length) : block;
            var header = output.GetSpan(XpressDecoder.HeaderLength);
            BinaryPrimitives.WriteInt32LittleEndian(header, block.Length);
            BinaryPrimitives.WriteInt32LittleEndian(header[4..], encoded.Length);
            output.Advance(XpressDecoder.HeaderLength);
            output.Write(encoded);
        }
    }

    /// <summary>False when the block does not become shorter.</summary>
    private bool TryEncode(ReadOnlySpan<byte> block)
    {
        if (_base > int.MaxValue - (4 * Block))
        {
            Array.Clear(_heads);
            _base = 1;
        }

        (_length, _flagsAt, _flags, _flagCount, _halfByte) = (4, 0, 0, 0, 0);
        for (var position = 0; position < block.Length;)
        {
            // Flags, a match and its length take no more than 15 bytes.
            if (_length + 15 >= block.Length)
            {
                _base += Block;
                return false;
            }

            var (length, distance) = Find(block, position);
            if (length == 0)
            {
                _encoded[_length++] = block[position++];
                AddFlag(0);
                continue;
            }

            WriteMatch(length, distance);
            AddFlag(1);
            for (var end = position + length; ++position < end;)
                Enter(block, position);
        }

        // The flag behind the last element says that it was the last, and so do those behind it.
        _flags = _flagCount == 0 ? uint.MaxValue : (_flags << (32 - _flagCount)) | ((1u << (32 - _flagCount)) - 1);
        BinaryPrimitives.WriteUInt32LittleEndian(_encoded.AsSpan(_flagsAt), _flags);
        _base += Block;
        return _length < block.Length;
    }

    private (int Length, int Distance) Find(ReadOnlySpan<byte> block, int position)
    {
        var candidate = Enter(block, position);
        var target = block[position..];
        var (best, bestDistance) = (0, 0);
        for (var steps = MaxChain; steps > 0 && candidate >= _base && _base + position - candidate <= MaxDistance; steps--)
        {
            var at = candidate - _base;
            if (best < target.Length && block[at + best] == target[best])
            {
                var length = target.CommonPrefixLength(block[at..]);
                if (length > best) (best, bestDistance) = (length, position - at);
                if (best >= NiceLength) break;
            }

            var older = _previous[candidate & (MaxDistance - 1)];
            if (older >= candidate) break;
            candidate = older;
        }

        return best >= XpressDecoder.MinMatch ? (best, bestDistance) : default;
    }

    /// <summary>Enters a position and gives the newest one before it that may begin alike; zero for none.</summary>
    private int Enter(ReadOnlySpan<byte> block, int position)
    {
        if (block.Length - position < 4) return 0;
        ref var head = ref _heads[((MemoryMarshal.Read<uint>(block[position..]) << 8) * 0x9E3779B1u) >> (32 - HashBits)];
        var newest = head;
        var absolute = _base + position;
        _previous[absolute & (MaxDistance - 1)] = newest;
        head = absolute;
        return newest;
    }

    private void WriteMatch(int length, int distance)
    {
        var rest = length - XpressDecoder.MinMatch;
        BinaryPrimitives.WriteUInt16LittleEndian(_encoded.AsSpan(_length), (ushort)(((distance - 1) << 3) | Math.Min(rest, XpressDecoder.ShortLengths)));
        _length += 2;
        if (rest < XpressDecoder.ShortLengths) return;

        var more = rest - XpressDecoder.ShortLengths;
        var nibble = Math.Min(more, XpressDecoder.NibbleLengths);
        if (_halfByte == 0)
        {
            _halfByte = _length;
            _encoded[_length++] = (byte)nibble;
        }
        else
        {
            _encoded[_halfByte] |= (byte)(nibble << 4);
            _halfByte = 0;
        }

        if (nibble < XpressDecoder.NibbleLengths) return;
        more -= XpressDecoder.NibbleLengths;
        _encoded[_length++] = (byte)Math.Min(more, XpressDecoder.ByteLengths);
        if (more < XpressDecoder.ByteLengths) return;
        BinaryPrimitives.WriteUInt16LittleEndian(_encoded.AsSpan(_length), (ushort)rest);
        _length += 2;
    }

    private void AddFlag(uint flag)
    {
        _flags = (_flags << 1) | flag;
        if (++_flagCount < 32) return;
        BinaryPrimitives.WriteUInt32LittleEndian(_encoded.AsSpan(_flagsAt), _flags);
        _flagsAt = _length;
        _length += 4;
        (_flags, _flagCount) = (0, 0);
    }
}
