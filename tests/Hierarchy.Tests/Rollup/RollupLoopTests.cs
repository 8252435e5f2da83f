using System.Net;
using Hierarchy.Domain.Reports;
using Hierarchy.Replication;
using Hierarchy.Replication.Rollup;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Hierarchy.Testing.Tree;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Rollup;

public sealed class RollupLoopTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Parent_AnotherIsFollowed_ReportsGoThere()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var first = Open(folder["first.db"]);
        await using var second = Open(folder["second.db"]);
        await using var child = Open(folder["child.db"]);
        await using var one = await ListenAsync(first, token);
        await using var other = await ListenAsync(second, token);
        var parent = new Uri(one.Urls.First());
        var options = new RollupOptions { StatusInterval = TimeSpan.FromMilliseconds(100), FirstDelay = TimeSpan.FromMilliseconds(20) };
        var loop = new RollupLoop(
            child, new ServerIdentity(Guid.NewGuid(), "child", ""), () => Volatile.Read(ref parent), () => [], options, TimeProvider.System, NullLogger<RollupLoop>.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var running = loop.RunAsync(stop.Token);

        await child.MergeAsync([Report("c1")], [], child: null, token);
        await ArrivesAsync(first, "c1", token);
        Volatile.Write(ref parent, new Uri(other.Urls.First()));
        await child.MergeAsync([Report("c2")], [], child: null, token);
        await ArrivesAsync(second, "c2", token);
        await ArrivesAsync(second, "c1", token);

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private static SqliteReportStore Open(string path) => SqliteReportStore.Open(new SqliteStoreOptions { Path = path }, isRoot: false);

    private static ComputerReport Report(string id) => new() { ComputerId = id, Incarnation = 1, Counter = 1, Name = id };

    private static Task ArrivesAsync(SqliteReportStore at, string computer, CancellationToken cancellationToken) =>
        Until.TrueAsync($"{computer} to be reported", Deadline, async token => await at.FindComputerAsync(computer, token) is not null, cancellationToken);

    private static async Task<WebApplication> ListenAsync(SqliteReportStore reports, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new RollupEndpoint(reports, new RollupInbox(_ => { }, CancellationToken.None)));
        var app = builder.Build();
        app.MapGrpcService<RollupEndpoint>();
        await app.StartAsync(cancellationToken);
        return app;
    }
}
