using System.Buffers.Binary;
using Hierarchy.Domain;

namespace Hierarchy.Storage.Reports;

/// <summary>Reads the numbers of a packed block, one behind the other: seven bits a byte, the lowest first; signed ones folded so that small ones of either sign are short.</summary>
internal ref struct BlockCursor(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte()
    {
        if (_rest.IsEmpty) throw Cut();
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public int Int32()
    {
        if (_rest.Length < 4) throw Cut();
        var value = BinaryPrimitives.ReadInt32LittleEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            var next = _rest[i];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next >= 0x80) continue;
            _rest = _rest[(i + 1)..];
            return value;
        }

        throw Cut();
    }

    public long Signed()
    {
        var folded = Unsigned();
        return (long)(folded >> 1) ^ -(long)(folded & 1);
    }

    private static IntegrityException Cut() => new("A block of statuses ends in the middle of a number: the report store is damaged. Restore it from a backup, or delete it: servers and computers below report again.");
}
