using System.Globalization;
using System.Net;
using Hierarchy.Benchmarks.Rpc;
using Hierarchy.Domain.Changes;
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

namespace Hierarchy.Benchmarks.Fanout;

/// <summary>
/// The root of the fan-out benchmark, in a process of its own: feeds a log, and does what it is told on standard input: `commit CHANGES TRANSACTION` (the end of the log and the milliseconds are the answer),
/// `followers`, `memory` (bytes on the heap, and of the whole process).
/// </summary>
internal static class FanoutRoot
{
    /// <summary>The first argument that makes this program a root.</summary>
    public const string Command = "fanout-root";

    private const int PayloadBytes = 300;

    public static async Task<int> RunAsync(string path)
    {
        await using var log = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = path });
        using var source = FeedSource.OfAuthority(log, new ServerIdentity(Guid.NewGuid(), "root", ""), new FeedOptions(), TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(source);
        FeedEndpoint.AddFeed(builder.Services);
        await using var app = builder.Build();
        app.MapGrpcService<FeedEndpoint>();
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        Console.WriteLine(addresses!.Addresses.First()); // Kestrel has the feature once it has started
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            Console.WriteLine(words[0] switch
            {
                "commit" => (await CommitAsync(log, int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture))).ToString(CultureInfo.InvariantCulture),
                "followers" => source.Followers.ToString(CultureInfo.InvariantCulture),
                _ => Memory(),
            });
        }

        return 0;
    }

    private static async Task<long> CommitAsync(SqliteAuthorityLog log, int changes, int transaction)
    {
        for (var done = 0; done < changes; done += transaction)
        {
            var batch = new Change[Math.Min(transaction, changes - done)];
            for (var i = 0; i < batch.Length; i++)
            {
                // Half of it says something, half of it is as random as keys and hashes are.
                var payload = new byte[PayloadBytes];
                Random.Shared.NextBytes(payload.AsSpan(0, PayloadBytes / 2));
                batch[i] = new Change(900, BitConverter.GetBytes(done + i), payload);
            }

            await log.CommitAsync(batch, CancellationToken.None);
        }

        return log.Head.Position.Sequence;
    }

    private static string Memory()
    {
        var heap = Heap.Held();
        return $"{heap} {Environment.WorkingSet}";
    }
}
