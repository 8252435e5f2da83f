using Hierarchy.Content;
using Hierarchy.Content.Bandwidth;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.Sites;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>Schedules of links, by a clock that the test moves.</summary>
public sealed class BandwidthGateTests : IDisposable
{
    private static readonly ContentOrigin Parent = new(new Uri("http://parent.example"), ContentOriginKind.Parent);
    private static readonly ContentOrigin Sibling = new(new Uri("http://sibling.example"), ContentOriginKind.Sibling);

    private readonly ManualTime _time = new();
    private readonly TemporaryFolder _folder = new();
    private BandwidthSchedule _schedule = new([], DefaultRate: 1000);
    private bool _closedForClients;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Spend_ManyTransfers_ShareTheRate(int transfers)
    {
        var gate = Gate();
        var moved = 0;
        using var stop = new CancellationTokenSource();
        var running = Enumerable.Range(0, transfers).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                await gate.SpendAsync(Parent, 500, () => TransferPriority.Ahead, stop.Token);
                Interlocked.Add(ref moved, 500);
            }
        }).ToArray();
        await RunAsync(TimeSpan.FromSeconds(100));

        // 1000 bytes a second for 100 seconds; what each has on its way besides.
        Assert.InRange(moved, 95_000, 101_000 + transfers * 500);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(running));
    }

    [Fact]
    public async Task Spend_WithinTheSite_IsFree()
    {
        var gate = Gate();
        for (var i = 0; i < 100; i++) await gate.SpendAsync(Sibling, 1_000_000, () => TransferPriority.Ahead, Cancellation);
    }

    [Fact]
    public async Task Spend_ClientBesideAhead_GoesFirst()
    {
        var gate = Gate();
        var (ahead, client) = (0, 0);
        using var stop = new CancellationTokenSource();
        var tasks = new[] { LoopAsync(TransferPriority.Ahead, () => ahead++), LoopAsync(TransferPriority.OnDemand, () => client++) };
        await RunAsync(TimeSpan.FromSeconds(60));
        Assert.True(client > 100, $"{client} of the client's");
        Assert.True(ahead < client / 10, $"{ahead} ahead beside {client}");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(tasks));

        async Task LoopAsync(TransferPriority priority, Action count)
        {
            while (true)
            {
                await gate.SpendAsync(Parent, 500, () => priority, stop.Token);
                count();
            }
        }
    }

    [Theory]
    [InlineData(TransferPriority.Ahead, false, true)]
    [InlineData(TransferPriority.OnDemand, false, false)]
    [InlineData(TransferPriority.OnDemand, true, true)]
    public void ThrowIfClosed_ByPriorityAndRule(TransferPriority priority, bool closedForClients, bool isClosed)
    {
        _schedule = new BandwidthSchedule([], DefaultRate: 0);
        _closedForClients = closedForClients;
        if (isClosed) Assert.Throws<LinkClosedException>(() => Gate().ThrowIfClosed(Parent, priority));
        else Gate().ThrowIfClosed(Parent, priority);
    }

    [Fact]
    public async Task Spend_WindowCloses_ThrowsAndSaysUntilWhen()
    {
        // The clock begins on a Tuesday at 18:00.
        _schedule = new BandwidthSchedule([new BandwidthWindow(Weekdays.EveryDay, TimeSpan.FromHours(19), TimeSpan.FromHours(22), 0)], DefaultRate: 1_000);
        var gate = Gate();
        _time.Advance(TimeSpan.FromMinutes(90));
        var closed = await Assert.ThrowsAsync<LinkClosedException>(() => gate.SpendAsync(Parent, 100, () => TransferPriority.Ahead, Cancellation).AsTask());
        Assert.Equal(new DateTimeOffset(2026, 1, 13, 22, 0, 0, TimeSpan.Zero), closed.Until);
        Assert.Contains("a - b is closed until 2026-01-13 22:00", closed.Message, StringComparison.Ordinal);
        // What a client waits for goes through, at no rate.
        await gate.SpendAsync(Parent, 1_000_000, () => TransferPriority.OnDemand, Cancellation);
    }

    [Fact]
    public async Task Transfer_ThroughAClosedLink_WaitsUncountedAndGoesWhenItOpens()
    {
        _schedule = new BandwidthSchedule([], DefaultRate: 0);
        var bytes = Sample.Bytes(300_000);
        var catalog = new Sample();
        var file = catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        await using var server = await ContentServer.StartAsync(_folder, catalog, origin.Url, time: _time, bandwidth: Gate());

        var waiting = server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        for (var i = 0; i < 20; i++)
        {
            await Eventually.HoldsAsync("the transfer to wait for the link", () => server.Fetcher.Transfers.Any(transfer => transfer.State == TransferState.WaitingForLink) && _time.WaitingTimers > 0);
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Empty(origin.Requests);
        Assert.Contains("is closed", server.Fetcher.Transfers.Single().LastError, StringComparison.Ordinal);
        _schedule = BandwidthSchedule.Unlimited;
        await Eventually.HoldsAsync("the file to come", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return waiting.IsCompleted;
        });
        await waiting;
        Assert.True(server.Store.Contains(file));
    }

    [Fact]
    public async Task Transfer_ThroughAClosedLink_ClientAsks_GoesAtOnce()
    {
        _schedule = new BandwidthSchedule([], DefaultRate: 0);
        var bytes = Sample.Bytes(300_000);
        var catalog = new Sample();
        var file = catalog.Add(bytes);
        await using var origin = await ScriptedOrigin.StartAsync();
        origin.Serve(file, bytes);
        await using var server = await ContentServer.StartAsync(_folder, catalog, origin.Url, time: _time, bandwidth: Gate());
        var waiting = server.Fetcher.EnsureAsync(file, TransferPriority.Ahead, Cancellation);
        await Eventually.HoldsAsync("the transfer to wait for the link", () => server.Fetcher.Transfers.Any(transfer => transfer.State == TransferState.WaitingForLink));

        using var response = await server.GetAsync(ContentPath.For(file));

        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Cancellation));
        await waiting;
    }

    public void Dispose() => _folder.Dispose();

    private BandwidthGate Gate() => new(
        origin => origin.Kind == ContentOriginKind.Parent ? [new LinkLimit("a - b", now => _schedule.RateAt(now), now => _schedule.NextChange(now))] : [], () => _closedForClients, _time);

    /// <summary>Lets time pass in small steps, and the tasks run between them.</summary>
    private async Task RunAsync(TimeSpan span)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromMilliseconds(100))
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            for (var i = 0; i < 20; i++) await Task.Yield();
        }
    }
}
