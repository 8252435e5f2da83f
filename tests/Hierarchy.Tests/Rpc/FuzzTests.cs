using Hierarchy.Testing.Rpc;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>Frames, headers and messages that nobody should send: the server does not crash or hang, and keeps answering others.</summary>
public sealed class FuzzTests
{
    private const int Connections = 25;
    private const int Calls = 40;

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

        for (var connection = 0; connection < Connections; connection++)
            await HostileClient.PlayAsync(server.Address, (seed * Connections) + connection, Calls, "hierarchy.tests.rpc.EchoService", Methods, Token);

        using var answer = client.UnaryAsync(
            new EchoRequest { Text = "still here" }, deadline: DateTime.UtcNow.AddSeconds(10), cancellationToken: Token);
        Assert.Equal("still here", (await answer).Text);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) < 500_000_000);
    }
}
