using Google.Protobuf;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>A reader that pauses for longer than Kestrel's grace for slow responses keeps its connection.</summary>
public sealed class SlowReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reader_PausesBeyondTheGraceOfSlowResponses_GoesOn()
    {
        await using var server = await RpcServer.StartAsync(
            kestrel: k => k.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(1.1)));
        var payload = ByteString.CopyFrom(new byte[50_000]);
        server.Echo.OnExpand = async (_, responses, _) =>
        {
            for (var i = 0; i < 200; i++)
                await responses.WriteAsync(new EchoResponse { Payload = payload });
        };
        using var channel = server.Connect();
        using var call = new EchoService.EchoServiceClient(channel).Expand(new EchoRequest(), cancellationToken: Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        using var pause = new PeriodicTimer(TimeSpan.FromSeconds(3));
        await pause.WaitForNextTickAsync(Token);

        var count = 1;
        while (await call.ResponseStream.MoveNext(Token))
            count++;

        Assert.Equal(200, count);
    }
}
