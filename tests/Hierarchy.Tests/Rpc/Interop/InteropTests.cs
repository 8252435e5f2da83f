using System.Globalization;
using Hierarchy.Testing;
using Hierarchy.Testing.Interop;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Hierarchy.Tests.Rpc.Interop;

/// <summary>The cases of gRPC's interop suite, each under its own name: in this process, and as the programs that other languages' programs meet.</summary>
public sealed class InteropTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Cases => [.. InteropCases.Names];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Case_OurClientAndOurServer_Passes(string name)
    {
        await using var server = await RpcServer.StartAsync(map: app => app.MapGrpcService<InteropEndpoint>());
        using var channel = server.Connect();

        await new InteropCases(channel, soakIterations: 50, Token).RunAsync(name);
    }

    [Fact]
    public async Task Server_ClientInPython_PassesItsCases()
    {
        await using var server = await RpcServer.StartAsync(map: app => app.MapGrpcService<InteropEndpoint>());
        await using var peer = await Peer.StartAsync("python", "interop", server.Address.Port.ToString(CultureInfo.InvariantCulture));

        var passed = await peer.ReadToEndAsync();

        Assert.All(passed, name => Assert.Contains(name, InteropCases.Names));
        Assert.Equal(14, passed.Length);
    }

    [Fact]
    public async Task Programs_ClientAgainstServer_PassEveryCase()
    {
        await using var server = ProcessUnderTest.Start("Hierarchy.Testing", ["interop-server", "--port=0", "--use_tls=false"]);
        var ready = await server.WaitForLineAsync(line => line.StartsWith("ready ", StringComparison.Ordinal), Patience, Token);
        var port = new Uri(ready["ready ".Length..].Replace("0.0.0.0", "127.0.0.1")).Port;

        await using var client = ProcessUnderTest.Start(
            "Hierarchy.Testing",
            ["interop-client", "--server_host=127.0.0.1", $"--server_port={port}", "--test_case=all", "--use_tls=false", "--use_test_ca=false", "--server_host_override=foo"]);

        Assert.True(await client.WaitForExitAsync(Patience, Token) == 0, client.Log);
        Assert.Equal(InteropCases.Names.Count, client.Log.Split('\n').Count(line => line.EndsWith(" passed", StringComparison.Ordinal)));
    }
}
