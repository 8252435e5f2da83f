using System.Net;
using Hierarchy.Replication;
using Hierarchy.Replication.Feed;
using Hierarchy.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Benchmarks.Feed;

/// <summary>The root of the feed benchmark, in a process of its own: serves a log until its standard input ends.</summary>
internal static class FeedRoot
{
    /// <summary>The first argument that makes this program a root.</summary>
    public const string Command = "feed-root";

    public static async Task<int> RunAsync(string path)
    {
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = path });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(FeedSource.OfAuthority(log, new ServerIdentity(Guid.NewGuid(), "root", ""), new FeedOptions(), TimeProvider.System));
        FeedEndpoint.AddFeed(builder.Services);
        await using var app = builder.Build();
        app.MapGrpcService<FeedEndpoint>();
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        Console.WriteLine(addresses!.Addresses.First()); // Kestrel has the feature once it has started
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        return 0;
    }
}
