using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hierarchy.Testing.Rpc;

/// <summary>Writes HTTP/2 frames as a client that keeps no rules but its own: whatever it is given goes out.</summary>
internal sealed class FrameWriter
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte WindowUpdate = 8;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    private readonly ArrayBufferWriter<byte> _bytes = new(64 * 1024);

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>The preface, settings, and the connection's window wide open.</summary>
    public void Begin()
    {
        _bytes.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Frame(Settings, 0, 0, []);
        Frame(WindowUpdate, 0, 0, [0x3F, 0, 0, 0]);
    }

    public void Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var head = _bytes.GetSpan(9);
        head[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(head[1..], (ushort)payload.Length);
        head[3] = type;
        head[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
        _bytes.Advance(9);
        _bytes.Write(payload);
    }

    /// <summary>A HEADERS frame with literals that stay out of the table.</summary>
    public void Call(int stream, bool ends, IEnumerable<(string Name, string Value)> headers)
    {
        var block = new ArrayBufferWriter<byte>(256);
        foreach (var (name, value) in headers)
        {
            block.Write((ReadOnlySpan<byte>)[0x10]);
            Text(block, name);
            Text(block, value);
        }

        Frame(Headers, (byte)(EndHeaders | (ends ? EndStream : 0)), stream, block.WrittenSpan);
    }

    private static void Text(ArrayBufferWriter<byte> block, string text)
    {
        const int prefix = 127;
        var rest = text.Length - prefix;
        block.Write((ReadOnlySpan<byte>)[(byte)Math.Min(text.Length, prefix)]);
        if (rest >= 0)
        {
            for (; rest >= 128; rest >>= 7)
                block.Write((ReadOnlySpan<byte>)[(byte)((rest & 127) | 128)]);
            block.Write((ReadOnlySpan<byte>)[(byte)rest]);
        }

        block.Write(Encoding.Latin1.GetBytes(text));
    }
}
