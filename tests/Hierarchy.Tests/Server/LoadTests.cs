using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api;
using Hierarchy.Server.Roles;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>How busy a server says to be, and what others make of it.</summary>
public sealed class LoadTests
{
    private static readonly Guid Branch = new("11111111-0000-0000-0000-000000000000");
    private readonly SteppedTime _time = new();
    private readonly ConnectedClients _clients = new();
    private TimeSpan _used;

    [Fact]
    public void Meter_ProcessorInFullUse_RisesOverHalfAMinute()
    {
        var meter = Meter(new LocatorOptions());
        Assert.Equal(0, meter.Current);

        Work(seconds: 30, share: 1);
        Assert.InRange(meter.Current, 0.6, 0.65);
        Assert.False(meter.IsBusy);
        Work(seconds: 60, share: 1);
        Assert.True(meter.IsBusy);
        Work(seconds: 5, share: 0);
        Assert.True(meter.IsBusy); // Above the lower level still.
        Work(seconds: 60, share: 0);
        Assert.False(meter.IsBusy);
    }

    [Fact]
    public void Meter_OftenOrSeldomAsked_SaysTheSame()
    {
        var (often, seldom) = (Meter(new LocatorOptions()), Meter(new LocatorOptions()));
        for (var i = 0; i < 20; i++)
        {
            Work(seconds: 2, share: 0.5);
            _ = often.Current;
        }

        Assert.Equal(often.Current, seldom.Current, tolerance: 0.001);
    }

    [Theory]
    [InlineData(4, 3, 0.75)]
    [InlineData(2, 3, 1.5)]
    [InlineData(0, 3, 0)]
    public void Meter_ConnectedAgents_CountAgainstTheCapacity(int capacity, int agents, double load)
    {
        var meter = Meter(new LocatorOptions { ClientCapacity = capacity });
        for (var i = 0; i < agents; i++) _clients.Enter();
        Work(seconds: 1, share: 0);
        Assert.Equal(load, meter.Current, tolerance: 0.0001);
    }

    [Fact]
    public void Directory_ServerThatComesBackFromSilence_IsHealthyAtOnce()
    {
        var directory = new ServerDirectory(_time);
        Report(directory, load: 0);
        _time.Advance(TimeSpan.FromSeconds(31));
        var silent = directory.HealthVersion;
        Assert.Equal(ServerHealth.Unavailable, directory.StateOf(Branch)?.Health);

        Report(directory, load: 0);

        Assert.Equal(ServerHealth.Healthy, directory.StateOf(Branch)?.Health);
        Assert.NotEqual(silent, directory.HealthVersion); // Else the locator goes on with the list of before.
    }

    [Fact]
    public void Directory_LoadAboutALevel_ChangesHealthSeldom()
    {
        var directory = new ServerDirectory(_time);
        Report(directory, load: 0.5);
        var calm = directory.HealthVersion;
        foreach (var load in new[] { 0.85, 0.89, 0.5 }) Report(directory, load);
        Assert.Equal(calm, directory.HealthVersion);

        foreach (var load in new[] { 0.95, 0.85, 0.95, 0.75 }) Report(directory, load);
        Assert.Equal(calm + 1, directory.HealthVersion);
        Assert.Equal(new ServerState(ServerHealth.Healthy, 0.75, IsBusy: true), directory.StateOf(Branch));

        Report(directory, load: 0.6);
        Assert.Equal(calm + 2, directory.HealthVersion);
        Assert.False(directory.StateOf(Branch)!.IsBusy); // It has just reported.
    }

    [Fact]
    public void Directory_WhatTheParentSays_CountsUntilTheServerSpeaksItselfAndWhileTheCallLasts()
    {
        var directory = new ServerDirectory(_time);
        Assert.Null(directory.StateOf(Branch));
        var version = directory.HealthVersion;
        directory.Hear([new ServerSummary { ServerId = Positions.Id(Branch), Busy = true }]);
        Assert.NotEqual(version, directory.HealthVersion);
        Assert.Equal(new ServerState(ServerHealth.Healthy, Load: null, IsBusy: true), directory.StateOf(Branch));

        Report(directory, load: 0.2);
        Assert.Equal(new ServerState(ServerHealth.Healthy, 0.2, IsBusy: false), directory.StateOf(Branch));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(new ServerState(ServerHealth.Healthy, Load: null, IsBusy: true), directory.StateOf(Branch)); // It reports elsewhere now.
        directory.Hear([new ServerSummary { ServerId = Positions.Id(Branch), Silent = true }]);
        Assert.Equal(ServerHealth.Unavailable, directory.StateOf(Branch)?.Health);

        version = directory.HealthVersion;
        directory.Hear(null);
        Assert.NotEqual(version, directory.HealthVersion);
        Assert.Equal(new ServerState(ServerHealth.Unavailable, 0.2, IsBusy: false), directory.StateOf(Branch));
    }

    private LoadMeter Meter(LocatorOptions options) => new(_clients, options, _time, () => _used, processors: 4);

    private void Work(double seconds, double share)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _used += TimeSpan.FromSeconds(seconds * share * 4);
    }

    private void Report(ServerDirectory directory, double load)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        directory.Update([new ServerStatus { Server = new ServerRecord { ServerId = Positions.Id(Branch), Name = "branch" }, Load = load, SampledAt = _time.GetUtcNow().ToTimestamp() }]);
    }

    private sealed class SteppedTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 10, 4, 12, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.Ticks;

        public void Advance(TimeSpan by) => _now += by;
    }
}
