using System.Buffers.Binary;

namespace Hierarchy.Testing.Cabinets;

/// <summary>Writes an LZX bit stream: bits from the highest down, in 16-bit words stored low byte first.</summary>
internal sealed class LzxBitWriter
{
    private byte[] _buffer = new byte[4096];
    private int _length;
    private ulong _bits;
    private int _count;

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear()
    {
        _length = 0;
        _bits = 0;
        _count = 0;
    }

    /// <summary>Makes room for so many further bytes, so that <see cref="Write"/> needs no check of its own.</summary>
    public void Reserve(int bytes)
    {
        if (_buffer.Length - _length >= bytes + 16)
            return;
        Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes + 16));
    }

    /// <summary>Appends up to 32 bits.</summary>
    public void Write(uint value, int count)
    {
        _bits = (_bits << count) | value;
        _count += count;
        while (_count >= 16)
        {
            _count -= 16;
            BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_length), (ushort)(_bits >> _count));
            _length += 2;
        }
    }

    /// <summary>Fills the word that was begun with zeros; does nothing on a word boundary.</summary>
    public void AlignToWord()
    {
        if (_count != 0)
            Write(0, 16 - _count);
    }

    /// <summary>Appends 1 to 16 zero bits up to a word boundary, as an uncompressed block's header ends.</summary>
    public void PadBeforeRawBytes() => Write(0, 16 - _count);

    /// <summary>Appends bytes as they are; the stream stands on a word boundary before and, for an even number of bytes, after.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }
}
