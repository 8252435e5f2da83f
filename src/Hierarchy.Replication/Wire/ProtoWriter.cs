using System.Numerics;

namespace Hierarchy.Replication.Wire;

/// <summary>Writes protobuf fields into a buffer whose size was computed before, so that a batch is laid out once.</summary>
internal ref struct ProtoWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written.</summary>
    public int Written { get; private set; } = 0;

    /// <summary>Bytes of a varint.</summary>
    public static int SizeOf(ulong value) => BitOperations.Log2(value | 1) / 7 + 1;

    /// <summary>Bytes of a length-delimited field with a one-byte tag; nothing for an empty one.</summary>
    public static int SizeOfBytes(int length) => length == 0 ? 0 : 1 + SizeOf((ulong)length) + length;

    /// <summary>Bytes of a varint field with a one-byte tag; nothing for zero.</summary>
    public static int SizeOfNumber(ulong value) => value == 0 ? 0 : 1 + SizeOf(value);

    public void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _buffer[Written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[Written++] = (byte)value;
    }

    public void Number(int field, ulong value)
    {
        if (value == 0) return;
        Varint((uint)field << 3);
        Varint(value);
    }

    /// <summary>The tag and length of a field whose content follows.</summary>
    public void Open(int field, int length)
    {
        Varint((uint)field << 3 | 2);
        Varint((ulong)length);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return;
        Open(field, value.Length);
        Raw(value);
    }

    public void Raw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_buffer[Written..]);
        Written += value.Length;
    }

    /// <summary>Room for a message that somebody else writes.</summary>
    public Span<byte> Take(int length)
    {
        var room = _buffer.Slice(Written, length);
        Written += length;
        return room;
    }
}
