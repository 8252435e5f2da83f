using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Benchmarks.Rpc;

/// <summary>The server of the benchmark, a process of its own that serves until its standard input ends.</summary>
internal sealed class BenchServer : IDisposable
{
    /// <summary>The first argument that makes this program a server.</summary>
    public const string Command = "rpc-server";

    private const int MaxStreams = 2_000;

    private readonly Process _process;

    private BenchServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Whether the process is there.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>The most memory that the process has held, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    public static async Task<BenchServer> StartAsync(CancellationToken cancellationToken)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!) // a running program has a path
        {
            ArgumentList = { typeof(BenchServer).Assembly.Location, Command },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("The server's process did not start.");
        var address = await process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The server did not start.");
        return new BenchServer(process, new Uri(address));
    }

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreams;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc();
        await using var app = builder.Build();
        app.MapGrpcService<BenchEndpoint>();
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        Console.WriteLine(addresses!.Addresses.First()); // Kestrel has the feature once it has started
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        return 0;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
