using Hierarchy.Testing.Chaos;
using Xunit;

namespace Hierarchy.TreeTests;

/// <summary>Real servers, killed with kill -9 at moments that the seed chooses. `scripts/bench chaos` runs the same with many seeds.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task Tree_KilledInTheMiddleOfASync_LosesNothingAndIsEqual(int seed) => PlayAsync("sync", seed);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task Tree_KilledInTheMiddleOfAFeed_LosesNothingAndIsEqual(int seed) => PlayAsync("feed", seed);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task Tree_KilledInTheMiddleOfARollup_ReportsNothingTwiceAndLosesNothing(int seed) => PlayAsync("rollup", seed);

    [Fact]
    public Task Root_KilledAtFiveMomentsOfASync_HasTheCatalogOfAnUndisturbedOne() => ChaosRun.OfCatalog().PlayAsync(seed: 1, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Tiers_KilledFiveTimesUnderLoad_LoseNothingAndAreEqual()
    {
        var run = ChaosRun.OfTiers(kills: 5);
        await run.PlayAsync(seed: 1, TestContext.Current.CancellationToken);

        Assert.Equal(5, run.Kills);
    }

    private static Task PlayAsync(string scenario, int seed) => ChaosRun.Scenarios[scenario]().PlayAsync(seed, TestContext.Current.CancellationToken);
}
