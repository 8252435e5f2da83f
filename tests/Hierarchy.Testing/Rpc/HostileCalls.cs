using System.Buffers.Binary;
using System.IO.Compression;

namespace Hierarchy.Testing.Rpc;

/// <summary>
/// Makes gRPC calls that nobody should make, the same for the same seed: malformed, oversized, endless and never completed. What breaks a whole connection comes
/// apart from the calls (<see cref="Break"/>), so that each call reaches the server.
/// </summary>
internal sealed class HostileCalls(Random random, string service, IReadOnlyList<string> methods)
{
    private const int MaxChunk = 2_000;

    // 16 MiB that come as 16 KB: above the limit of a message once it is unpacked.
    private static readonly byte[] Bomb = Compress(new byte[16 * 1024 * 1024]);

    /// <summary>Adds one call.</summary>
    public void Add(FrameWriter output, int stream)
    {
        var hasNoBody = random.Next(12) == 0;
        output.Call(stream, hasNoBody, Headers());
        if (hasNoBody) return;
        ReadOnlySpan<byte> body = Body();
        while (body.Length > 0)
        {
            var length = Math.Min(random.Next(1, MaxChunk), body.Length);
            output.Frame(FrameWriter.Data, 0, stream, body[..length]);
            body = body[length..];
        }

        switch (random.Next(6))
        {
            case 0:
                output.Frame(FrameWriter.Reset, 0, stream, [0, 0, 0, (byte)random.Next(14)]);
                break;
            case 1:
                break; // never completed
            default:
                output.Frame(FrameWriter.Data, FrameWriter.EndStream, stream, []);
                break;
        }
    }

    /// <summary>Adds what a server must close the connection for.</summary>
    public void Break(FrameWriter output, int stream)
    {
        switch (random.Next(5))
        {
            case 0: // any frame at all
                output.Frame((byte)random.Next(16), (byte)random.Next(256), random.Next(3) * stream, Noise(64));
                break;
            case 1: // a header block that is none
                output.Frame(FrameWriter.Headers, FrameWriter.EndHeaders, stream, Noise(200));
                break;
            case 2: // headers without end
                for (var i = 0; i < 8; i++)
                    output.Frame((byte)(i == 0 ? FrameWriter.Headers : 9), 0, stream, Noise(16_000));
                break;
            case 3: // headers above every limit
                output.Call(stream, ends: false, Headers().Append(("large", new string('h', 60_000))).ToList().GetRange(0, 6));
                output.Call(stream + 2, ends: false, [("large", new string('h', 15_000)), ("larger", new string('h', 1_000))]);
                break;
            default: // no frame
                output.Frame(FrameWriter.Data, 0, 0, Noise(300));
                break;
        }
    }

    private List<(string, string)> Headers()
    {
        List<(string, string)> headers =
        [
            (":method", random.Next(40) == 0 ? "GET" : "POST"),
            (":scheme", "http"),
            (":path", random.Next(20) == 0 ? Pick("/", "/a", "/a/b/c", "/%00/%zz", "//", "/grpc.health.v1.Health/Check") : $"/{service}/{Pick([.. methods])}"),
            (":authority", "localhost"),
            ("te", "trailers"),
            ("content-type", random.Next(10) == 0 ? Pick("text/plain", "application/grpc+", "application/grpcx", "", ";") : "application/grpc"),
        ];
        if (random.Next(3) == 0) headers.Add(("grpc-timeout", Pick("1n", "50m", "x", "99999999H", "-1S", "", "123456789S", "1")));
        if (random.Next(3) == 0) headers.Add(("grpc-encoding", Pick("gzip", "deflate", "identity", "snappy", "", "gzip,gzip")));
        if (random.Next(5) == 0) headers.Add(("grpc-accept-encoding", Pick("gzip", ",,,", "identity;q=0", "")));
        if (random.Next(3) == 0) headers.Add(("some-bin", Pick("AQ==", "A", "!!", "AQ,AQ,", "")));
        if (random.Next(50) == 0) headers.Add(("long", new string('v', random.Next(8_000))));
        return headers;
    }

    private byte[] Body()
    {
        // Field 1, text or bytes: every method takes it, or takes it for a field that it does not know.
        var length = random.Next(120);
        byte[] valid = [(byte)(random.Next(5) == 0 ? 1 : 0), 0, 0, 0, (byte)(length + 2), 0x0A, (byte)length, .. Enumerable.Repeat((byte)'t', length)];
        switch (random.Next(8))
        {
            case 0:
                return valid;
            case 1:
                return [.. valid, .. valid, .. valid[..random.Next(valid.Length)]];
            case 2:
                return valid[..random.Next(valid.Length)];
            case 3:
                valid[random.Next(valid.Length)] ^= (byte)random.Next(1, 256);
                return valid;
            case 4: // a prefix above the limit
                return [(byte)random.Next(3), 255, 255, 255, (byte)random.Next(256), .. Noise(100)];
            case 5: // a prefix within the limit, and nothing like as much behind it
                return [0, 0, (byte)random.Next(0x40), (byte)random.Next(256), 0, .. Noise(1_000)];
            case 6 when random.Next(200) == 0:
                var bomb = new byte[5 + Bomb.Length];
                bomb[0] = 1;
                BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(1), Bomb.Length);
                Bomb.CopyTo(bomb, 5);
                return bomb;
            default:
                return Noise(600);
        }
    }

    private byte[] Noise(int limit)
    {
        var noise = new byte[random.Next(limit)];
        random.NextBytes(noise);
        return noise;
    }

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    private static byte[] Compress(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return output.ToArray();
    }
}
