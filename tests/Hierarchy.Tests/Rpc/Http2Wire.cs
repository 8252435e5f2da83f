using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>HTTP/2 by hand, as little of it as the tests of the wire need: frames, and header blocks without compression tricks.</summary>
internal sealed class Http2Wire : IAsyncDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    public Http2Wire(Socket socket)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Connects as a client: preface and settings, then the windows wide open.</summary>
    public static async Task<Http2Wire> ConnectAsync(Uri address, bool opensWindow = true)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, Token);
        var wire = new Http2Wire(socket);
        await wire._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Token);
        // Header table 0, so that answers come without references to earlier ones.
        await wire.SendAsync(Settings, 0, 0, 0, 1, 0, 0, 0, 0);
        if (opensWindow)
            await wire.SendAsync(WindowUpdate, 0, 0, 0x3F, 0, 0, 0);
        return wire;
    }

    /// <summary>Answers a client's preface as a server.</summary>
    public async Task AcceptAsync()
    {
        var preface = new byte[24];
        await _stream.ReadExactlyAsync(preface, Token);
        await SendAsync(Settings, 0, 0);
    }

    public Task SendAsync(byte type, byte flags, int stream, params byte[] payload) => SendAsync(type, flags, stream, payload.AsMemory());

    public async Task SendAsync(byte type, byte flags, int stream, ReadOnlyMemory<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsMemory(9));
        await _stream.WriteAsync(frame, Token);
    }

    /// <summary>Opens a call of gRPC with the usual headers and the given ones.</summary>
    public Task SendCallAsync(int stream, string path, params (string Name, string Value)[] more)
        => SendAsync(
            Headers,
            EndHeaders,
            stream,
            Block([(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("te", "trailers"), ("content-type", "application/grpc"), .. more]));

    /// <summary>Reads the next frame; null at the end of the connection. Settings and pings are answered on the way.</summary>
    public async Task<Frame?> ReadAsync()
    {
        while (true)
        {
            var header = new byte[9];
            try
            {
                if (await _stream.ReadAtLeastAsync(header, 9, throwOnEndOfStream: false, Token) < 9)
                    return null;
            }
            catch (IOException)
            {
                return null;
            }

            var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
            await _stream.ReadExactlyAsync(payload, Token);
            var frame = new Frame(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
            switch (frame.Type)
            {
                case Settings when (frame.Flags & 1) == 0:
                    await SendAsync(Settings, 1, 0);
                    break;
                case Ping when (frame.Flags & 1) == 0:
                    await SendAsync(Ping, 1, 0, frame.Payload);
                    break;
                case Settings or Ping or WindowUpdate:
                    break;
                default:
                    return frame;
            }
        }
    }

    /// <summary>Reads until a stream ends, by flag or by reset, and returns its frames.</summary>
    public async Task<List<Frame>> ReadStreamAsync(int stream)
    {
        List<Frame> frames = [];
        while (await ReadAsync() is { } frame)
        {
            if (frame.Stream != stream)
                continue;
            frames.Add(frame);
            if (frame.Type == Reset || (frame.Flags & EndStream) != 0)
                return frames;
        }

        return frames;
    }

    /// <summary>Closes with a TCP reset.</summary>
    public void Abort() => _socket.Close(0);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <summary>A header block of literals.</summary>
    public static byte[] Block(params (string Name, string Value)[] headers)
    {
        using var block = new MemoryStream();
        foreach (var (name, value) in headers)
        {
            block.WriteByte(0x10);
            Write(block, name);
            Write(block, value);
        }

        return block.ToArray();

        static void Write(MemoryStream block, string text)
        {
            var bytes = Encoding.Latin1.GetBytes(text);
            if (bytes.Length < 127)
            {
                block.WriteByte((byte)bytes.Length);
            }
            else
            {
                block.WriteByte(127);
                var rest = bytes.Length - 127;
                for (; rest >= 128; rest >>= 7)
                    block.WriteByte((byte)((rest & 127) | 128));
                block.WriteByte((byte)rest);
            }

            block.Write(bytes);
        }
    }

    /// <summary>A message behind its prefix.</summary>
    public static byte[] Message(ReadOnlySpan<byte> payload, byte flag = 0)
    {
        var message = new byte[5 + payload.Length];
        message[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), payload.Length);
        payload.CopyTo(message.AsSpan(5));
        return message;
    }

    internal sealed record Frame(byte Type, byte Flags, int Stream, byte[] Payload)
    {
        public bool Ends => (Flags & EndStream) != 0;

        public int ResetCode => BinaryPrimitives.ReadInt32BigEndian(Payload);

        /// <summary>The header block as text in which names and values can be looked for; literals come as they are.</summary>
        public string Text => Encoding.Latin1.GetString(Payload);
    }
}
