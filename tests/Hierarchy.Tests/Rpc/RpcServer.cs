using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>A Kestrel on a port of the system's choice, without TLS, with the echo service.</summary>
internal sealed class RpcServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RpcServer(WebApplication app, EchoEndpoint echo)
    {
        _app = app;
        Echo = echo;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public EchoEndpoint Echo { get; }

    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RpcServer> StartAsync(
        Action<GrpcServiceOptions>? configure = null,
        Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? map = null,
        Action<KestrelServerOptions>? kestrel = null,
        bool listenHttp1 = false,
        int port = 0,
        Action<ListenOptions>? listen = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, port, endpoint =>
            {
                endpoint.Protocols = listenHttp1 ? HttpProtocols.Http1 : HttpProtocols.Http2;
                listen?.Invoke(endpoint);
            });
            kestrel?.Invoke(options);
        });
        var echo = new EchoEndpoint();
        builder.Services.AddSingleton(echo);
        builder.Services.AddGrpc(configure ?? (_ => { }));
        build?.Invoke(builder);
        var app = builder.Build();
        app.MapGrpcService<EchoEndpoint>();
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RpcServer(app, echo);
    }

    public GrpcChannel Connect(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        return GrpcChannel.ForAddress(Address, options);
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
