using Hierarchy.Testing.Chaos;
using Xunit;

namespace Hierarchy.TreeTests;

/// <summary>A server killed with kill -9 in the middle of transfers. `scripts/bench chaos-content` deals two hundred such blows.</summary>
public sealed class ContentKillTests
{
    [Fact]
    public async Task Server_KilledFiveTimesDuringTransfers_StoresNothingUnverifiedAndFetchesNothingVerifiedAgain()
    {
        var chaos = new ContentChaos(kills: 5);
        await chaos.PlayAsync(seed: 1, TestContext.Current.CancellationToken);
        Assert.Equal(5, chaos.Kills);
        Assert.True(chaos.InTheMiddle > 0, "no blow hit a transfer");
    }
}
