using Hierarchy.Domain;

namespace Hierarchy.Replication.Wire;

/// <summary>
/// Reads protobuf fields without copying: a length-delimited field comes as its range in the buffer. For the records of the feed and of the catalog alone, of which there are many;
/// everything small goes through the generated messages.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> buffer)
{
    private readonly ReadOnlySpan<byte> _buffer = buffer;
    private int _at = 0;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; } = 0;

    /// <summary>Its wire type: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.</summary>
    public int WireType { get; private set; } = 0;

    public bool NextField()
    {
        if (_at == _buffer.Length) return false;
        var tag = ReadVarint();
        if (tag > uint.MaxValue || tag >> 3 == 0) throw Malformed();
        Field = (int)(tag >> 3);
        WireType = (int)(tag & 7);
        return true;
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_at >= _buffer.Length) throw Malformed();
            var b = _buffer[_at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }

        throw Malformed();
    }

    public Range ReadBytes()
    {
        if (WireType != 2) throw Malformed();
        var length = ReadVarint();
        if (length > (ulong)(_buffer.Length - _at)) throw Malformed();
        var start = _at;
        _at += (int)length;
        return start.._at;
    }

    public ulong ReadNumber()
    {
        if (WireType != 0) throw Malformed();
        return ReadVarint();
    }

    /// <summary>Passes over a field that this version does not know.</summary>
    public void Skip()
    {
        switch (WireType)
        {
            case 0:
                ReadVarint();
                break;
            case 1:
                Advance(sizeof(ulong));
                break;
            case 2:
                ReadBytes();
                break;
            case 5:
                Advance(sizeof(uint));
                break;
            default:
                throw Malformed();
        }
    }

    private void Advance(int bytes)
    {
        if (_buffer.Length - _at < bytes) throw Malformed();
        _at += bytes;
    }

    private static IntegrityException Malformed() =>
        new("A record or a message of the feed is not well-formed protobuf. The server that sent it, or something between it and this server, is at fault; compare the versions of both.");
}
