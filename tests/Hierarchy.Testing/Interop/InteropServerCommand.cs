using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Testing.Interop;

/// <summary>The verb interop-server: the server of gRPC's interop suite, for its clients in other languages. The flags have the suite's own names.</summary>
internal static class InteropServerCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "The port on every address; 0 lets the system choose. The first line says which it is." };
    private static readonly Option<bool> UseTls = new("--use_tls") { Description = "Only false: this server speaks HTTP/2 without TLS." };

    public static Command Create()
    {
        var command = new Command("interop-server", "Serves grpc.testing.TestService until it is told to stop.") { Port, UseTls };
        command.SetAction(RunAsync);
        return command;
    }

    public static async Task<WebApplication> StartAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<InteropEndpoint>();
        await app.StartAsync(cancellationToken);
        return app;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(UseTls))
        {
            await Console.Error.WriteLineAsync("interop-server speaks HTTP/2 without TLS; say --use_tls=false, here and to the client.");
            return 2;
        }

        await using var app = await StartAsync(IPAddress.Any, arguments.GetValue(Port), cancellationToken);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        Console.WriteLine($"ready {addresses!.Addresses.First()}"); // Kestrel has the feature once it has started
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.Register(stopped.SetResult))
            await stopped.Task;
        return 0;
    }
}
