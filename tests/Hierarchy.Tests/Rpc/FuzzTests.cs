using Google.Protobuf;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>Frames, headers and messages that nobody should send: the server does not crash or hang, and keeps answering others.</summary>
public sealed class FuzzTests
{
    private const string Service = "/hierarchy.tests.rpc.EchoService/";

    private static readonly string[] Methods = ["Unary", "Collect", "Expand", "Chat", "NoSuch", ""];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Server_MalformedInput_KeepsAnsweringOthers(int seed)
    {
        await using var server = await RpcServer.StartAsync();
        using var channel = server.Connect();
        var client = new EchoService.EchoServiceClient(channel);
        var random = new Random(seed);

        for (var connection = 0; connection < 25; connection++)
        {
            await using var wire = await Http2Wire.ConnectAsync(server.Address);
            try
            {
                for (var call = 0; call < 20; call++)
                    await SendCallAsync(wire, random, (call * 2) + 1);
            }
            catch (IOException)
            {
                // The server may close a connection that breaks HTTP/2.
            }

            if (random.Next(2) == 0)
                wire.Abort();
        }

        using var answer = client.UnaryAsync(
            new EchoRequest { Text = "still here" }, deadline: DateTime.UtcNow.AddSeconds(10), cancellationToken: Token);
        Assert.Equal("still here", (await answer).Text);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) < 500_000_000);
    }

    private static async Task SendCallAsync(Http2Wire wire, Random random, int stream)
    {
        List<(string, string)> headers = [];
        if (random.Next(3) == 0)
            headers.Add(("grpc-timeout", Pick(random, "1n", "50m", "x", "99999999H", "-1S", "")));
        if (random.Next(3) == 0)
            headers.Add(("grpc-encoding", Pick(random, "gzip", "deflate", "identity", "snappy", "")));
        if (random.Next(3) == 0)
            headers.Add(("some-bin", Pick(random, "AQ==", "A", "!!", "AQ,AQ,", "")));
        await wire.SendCallAsync(stream, Service + Methods[random.Next(Methods.Length)], [.. headers]);

        var body = MakeBody(random);
        var sent = 0;
        while (sent < body.Length)
        {
            var length = Math.Min(random.Next(1, 2000), body.Length - sent);
            await wire.SendAsync(Http2Wire.Data, 0, stream, body.AsMemory(sent, length));
            sent += length;
        }

        switch (random.Next(6))
        {
            case 0:
                await wire.SendAsync(Http2Wire.Reset, 0, stream, 0, 0, 0, (byte)random.Next(14));
                break;
            case 1:
                break; // never completed
            case 2 when random.Next(10) == 0:
                var noise = new byte[random.Next(64)];
                random.NextBytes(noise);
                await wire.SendAsync((byte)random.Next(12), (byte)random.Next(256), random.Next(3) * stream, noise);
                break;
            default:
                await wire.SendAsync(Http2Wire.Data, Http2Wire.EndStream, stream);
                break;
        }
    }

    private static byte[] MakeBody(Random random)
    {
        var valid = Http2Wire.Message(
            new EchoRequest { Text = new string('t', random.Next(300)), Count = random.Next(20) }.ToByteArray(), (byte)(random.Next(5) == 0 ? 1 : 0));
        switch (random.Next(6))
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
            case 4:
                return [(byte)random.Next(3), 255, 255, 255, (byte)random.Next(256)];
            default:
                var noise = new byte[random.Next(3000)];
                random.NextBytes(noise);
                return noise;
        }
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
