using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>Bits of an LZX stream: little-endian words of 16 bits, highest bit first. Behind the end there are zeros, and <see cref="IsOverrun"/>.</summary>
internal ref struct LzxBits(ReadOnlySpan<byte> input)
{
    private readonly ReadOnlySpan<byte> _input = input;
    private ulong _bits;
    private int _count;
    private int _position;

    /// <summary>True when more was taken than there is.</summary>
    public readonly bool IsOverrun => _position - (_count / 8) > _input.Length + 1;

    /// <summary>Makes at least 33 bits available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        if (_count > 32) return;
        if (_input.Length - _position >= 4)
        {
            var pair = BinaryPrimitives.ReadUInt32LittleEndian(_input[_position..]);
            _bits |= (ulong)((pair << 16) | (pair >> 16)) << (32 - _count);
            _count += 32;
            _position += 4;
            return;
        }

        RefillAtEnd();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Peek(int count) => (int)(_bits >> (64 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count)
    {
        _bits <<= count;
        _count -= count;
    }

    /// <summary>Takes 0 to 17 bits of those that a refill made available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int count)
    {
        // Two shifts, for a shift by 64 is one by zero.
        var value = (int)(_bits >> 1 >> (63 - count));
        Skip(count);
        return value;
    }

    /// <summary>Refills and takes up to 16 bits.</summary>
    public int Read(int count)
    {
        Refill();
        return Take(count);
    }

    /// <summary>Drops what is left of the current word.</summary>
    public void Align() => Skip(_count & 15);

    /// <summary>Drops 1 to 16 bits, as the header of an uncompressed block is padded; bytes follow.</summary>
    public void AlignToBytes()
    {
        Refill();
        Skip((_count & 15) is var rest && rest == 0 ? 16 : rest);
        _position -= _count / 8;
        (_bits, _count) = (0, 0);
    }

    /// <summary>Takes bytes; only after <see cref="AlignToBytes"/> and before the next bit.</summary>
    public ReadOnlySpan<byte> TakeBytes(int length)
    {
        if (length > _input.Length - _position) throw CabinetReader.Damaged("an LZX block is cut off");
        var bytes = _input.Slice(_position, length);
        _position += length;
        return bytes;
    }

    /// <summary>Passes the byte that pads an uncompressed block of odd length; absent at the end of the stream.</summary>
    public void SkipPadding() => _position = Math.Min(_position + 1, _input.Length);

    private void RefillAtEnd()
    {
        while (_count <= 32)
        {
            var word = _position < _input.Length ? _input[_position] : 0;
            if (_position + 1 < _input.Length) word |= _input[_position + 1] << 8;
            _bits |= (ulong)word << (48 - _count);
            _count += 16;
            _position += 2;
        }
    }
}
