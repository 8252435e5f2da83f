using System.Text.Json;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`sync run`: progress, ends, failures.</summary>
public sealed class SyncRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SyncRun_WithJson_KeepsProgressOutOfTheDocument()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "--output", "json", "sync", "run");

        Assert.Equal(0, ran.ExitCode);
        Assert.Equal(1200, JsonDocument.Parse(ran.Out).RootElement.GetProperty("run").GetProperty("new_updates").GetInt32());
        var lines = ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(("categories", 10, 40), (lines[0].GetProperty("phase").GetString(), lines[0].GetProperty("done").GetInt32(), lines[0].GetProperty("total").GetInt32()));
        Assert.Equal((250, 4.4), (lines[1].GetProperty("rate").GetDouble(), lines[1].GetProperty("remaining_seconds").GetDouble()));
    }

    [Fact]
    public async Task SyncRun_WithText_ShowsRateAndTimeRemaining()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        var ran = await server.RunAsync(Cancellation, "sync", "run");

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("categories  10/40", ran.Error, StringComparison.Ordinal);
        Assert.Contains("updates  100/1,200  250/s  4 s left", ran.Error, StringComparison.Ordinal);
        Assert.Equal("admin@console", Assert.IsType<RunSyncRequest>(server.Admin.Request).RequestedBy);
    }

    [Fact]
    public async Task SyncRun_ThatFails_ExitsOneWithErrorAndRun()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);
        server.Admin.Sync[^1] = new SyncProgress { Finished = CannedAdmin.Run("The upstream gave no answer; try again later.") };

        var ran = await server.RunAsync(Cancellation, "--output", "json", "sync", "run");

        Assert.Equal(1, ran.ExitCode);
        var root = JsonDocument.Parse(ran.Out).RootElement;
        Assert.Equal("sync_failed", root.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("The upstream gave no answer; try again later.", root.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(1, root.GetProperty("run").GetProperty("quarantined").GetInt32());
    }

    [Fact]
    public async Task SyncRun_StreamThatBreaksOff_IsAnError()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);
        server.Admin.Sync.RemoveAt(server.Admin.Sync.Count - 1);

        var ran = await server.RunAsync(Cancellation, "sync", "run");

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("hierarchy sync status", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SyncRun_WhileOneRuns_PointsToWatching()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);
        server.Admin.Refusal = new RpcException(new Status(StatusCode.AlreadyExists, "A synchronization runs."));

        var ran = await server.RunAsync(Cancellation, "sync", "run");

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("sync run --watch", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SyncRun_Watch_StartsNothing()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);

        await server.RunAsync(Cancellation, "sync", "run", "--watch");

        Assert.True(Assert.IsType<RunSyncRequest>(server.Admin.Request).WatchOnly);
    }

    [Fact]
    public async Task SyncRun_Interrupted_ExitsWith130AndLeavesTheServerAlone()
    {
        await using var server = await AdminFixture.StartAsync(Cancellation);
        server.Admin.Sync[2] = null;
        using var interrupt = new CancellationTokenSource();
        var running = server.RunAsync(interrupt.Token, "--output", "json", "sync", "run");
        await server.Admin.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        await interrupt.CancelAsync();
        var ran = await running;

        Assert.Equal(130, ran.ExitCode);
        Assert.Equal("cancelled", JsonDocument.Parse(ran.Out).RootElement.GetProperty("error").GetProperty("code").GetString());
        await server.Admin.Abandoned.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }
}
