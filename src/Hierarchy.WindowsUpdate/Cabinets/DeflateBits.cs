using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Hierarchy.WindowsUpdate.Cabinets;

/// <summary>Bits of a deflate stream, lowest bit first. Behind the end there are zeros, and <see cref="IsOverrun"/>.</summary>
internal ref struct DeflateBits(ReadOnlySpan<byte> input)
{
    private readonly ReadOnlySpan<byte> _input = input;
    private ulong _bits;
    private int _count;
    private int _position;

    /// <summary>True when more was taken than there is.</summary>
    public readonly bool IsOverrun => _position - (_count / 8) > _input.Length;

    /// <summary>Makes at least 33 bits available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        if (_count > 32) return;
        if (_input.Length - _position >= 4)
        {
            _bits |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(_input[_position..]) << _count;
            _count += 32;
            _position += 4;
            return;
        }

        for (; _count <= 32; _count += 8, _position++)
        {
            if (_position < _input.Length) _bits |= (ulong)_input[_position] << _count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Peek(int count) => (int)_bits & ((1 << count) - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count)
    {
        _bits >>= count;
        _count -= count;
    }

    /// <summary>Takes 0 to 16 bits of those that a refill made available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int count)
    {
        var value = Peek(count);
        Skip(count);
        return value;
    }

    /// <summary>Refills and takes.</summary>
    public int Read(int count)
    {
        Refill();
        return Take(count);
    }

    /// <summary>Drops what is left of the current byte; bytes follow.</summary>
    public void AlignToBytes()
    {
        _position -= _count / 8;
        (_bits, _count) = (0, 0);
        if (_position > _input.Length) throw CabinetReader.Damaged("a deflate stream is cut off");
    }

    /// <summary>Takes bytes; only after <see cref="AlignToBytes"/> and before the next bit.</summary>
    public ReadOnlySpan<byte> TakeBytes(int length)
    {
        if (length > _input.Length - _position) throw CabinetReader.Damaged("a deflate stream is cut off");
        var bytes = _input.Slice(_position, length);
        _position += length;
        return bytes;
    }
}
