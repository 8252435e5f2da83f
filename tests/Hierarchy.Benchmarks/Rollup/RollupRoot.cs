using System.Diagnostics;
using System.Net;
using Hierarchy.Replication.Rollup;
using Hierarchy.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Benchmarks.Rollup;

/// <summary>The root of the roll-up benchmark, in a process of its own: takes reports until its standard input ends, and says a line of what it holds for each line that it is given.</summary>
internal static class RollupRoot
{
    /// <summary>The first argument that makes this program a root.</summary>
    public const string Command = "rollup-root";

    public static Process Start(string path) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!) // a running program has a path
        {
            ArgumentList = { typeof(RollupRoot).Assembly.Location, Command, path },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("The root's process did not start.");

    public static async Task<int> RunAsync(string path)
    {
        Guid[][] groups = [.. Enumerable.Range(1, 50).Select(number => new[] { new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) })];
        await using var reports = SqliteReportStore.Open(new SqliteStoreOptions { Path = path }, isRoot: true, groupsOf: report => groups[report.ComputerId[^1] % groups.Length]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 16 * 1024 * 1024);
        builder.Services.AddSingleton(new RollupEndpoint(reports, new RollupInbox(_ => { }, CancellationToken.None)));
        await using var app = builder.Build();
        app.MapGrpcService<RollupEndpoint>();
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        Console.WriteLine(addresses!.Addresses.First()); // Kestrel has the feature once it has started
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine((await reports.ListComputersAsync(CancellationToken.None)).Sum(computer => (long)computer.States.Total));
        return 0;
    }
}
