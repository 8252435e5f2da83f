using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>Servers without gRPC that answer a gRPC client as a test wants.</summary>
internal static class RawServer
{
    /// <summary>Answers every request with a handler.</summary>
    public static async Task<(WebApplication App, EchoService.EchoServiceClient Client)> StartAsync(
        RequestDelegate handler, Action<GrpcChannelOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(handler);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return (app, new EchoService.EchoServiceClient(GrpcChannel.ForAddress(address, options)));
    }

    /// <summary>Takes one connection by hand.</summary>
    public static (Uri Address, Task<Http2Wire> Connection) Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), AcceptAsync());

        async Task<Http2Wire> AcceptAsync()
        {
            using (listener)
            {
                var wire = new Http2Wire(await listener.AcceptSocketAsync(TestContext.Current.CancellationToken));
                await wire.AcceptAsync();
                return wire;
            }
        }
    }
}
