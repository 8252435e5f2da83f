using System.Net;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Hosting;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.Network;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>A whole root behind a proxy: nothing that it fetches goes past the proxy, and the proxy's password is found nowhere.</summary>
public sealed class ProxiedUpstreamTests
{
    private const string Canary = "canary-51c9";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Root_BehindAProxyWithAnAccount_FetchesCatalogAndContentThroughIt()
    {
        using var folder = new TemporaryFolder();
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, Token), new MicrosoftUpdateOptions(), Token);
        await using var proxy = SimulatedProxy.Start();
        proxy.Account = $"root:{Canary}";
        proxy.Resolve = (_, _) => new IPEndPoint(IPAddress.Loopback, upstream.Url.Port);
        var settings = new Dictionary<string, string?>
        {
            ["Upstream:Proxy:Address"] = proxy.Address,
            ["Upstream:Proxy:User"] = "root",
            ["Upstream:Proxy:Password"] = Canary,
        };
        await using (var root = await RunningServer.StartAsync(new ServerOptions { Role = "root", Name = "root", MicrosoftUpdate = "http://wsus.example:8530" }, folder.Path, settings))
        {
            using var call = root.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token);
            SyncRun? run = null;
            await foreach (var progress in call.ResponseStream.ReadAllAsync(Token)) run = progress.Finished ?? run;
            Assert.Equal("", run?.Error);
            await root.Admin.ApproveAsync(new ApproveRequest { Update = DemoUpdates.IdOf(1).ToString(), Group = "All Computers" }, cancellationToken: Token);

            await Eventually.HoldsAsync(
                "content comes through the proxy", () => proxy.Seen.Any(seen => seen.StartsWith("GET http://wsus.example:8530/", StringComparison.Ordinal)));
        }

        Assert.Contains(proxy.Seen, seen => seen.StartsWith("POST http://wsus.example:8530/ServerSyncWebService/", StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
            Assert.True((await File.ReadAllBytesAsync(file, Token)).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(Canary)) < 0, $"{file} holds the password.");
    }
}
