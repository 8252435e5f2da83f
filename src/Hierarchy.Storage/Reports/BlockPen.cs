using System.Buffers.Binary;

namespace Hierarchy.Storage.Reports;

/// <summary>Writes what <see cref="BlockCursor"/> reads, into a buffer that is large enough.</summary>
internal ref struct BlockPen(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    public void Byte(byte value) => _buffer[Length++] = value;

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer[Length..], value);
        Length += 4;
    }

    public void Unsigned(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _buffer[Length++] = (byte)(value | 0x80);
        _buffer[Length++] = (byte)value;
    }

    public void Signed(long value) => Unsigned((ulong)(value << 1) ^ (ulong)(value >> 63));
}
