using Hierarchy.Testing.Succession;
using Xunit;

namespace Hierarchy.TreeTests;

/// <summary>Real servers: the root is lost, and another takes its place; or an older copy of itself does.</summary>
public sealed class SuccessionTests
{
    [Fact]
    public Task Root_Lost_AReplicaIsPromotedAndTheTreeGoesOn() => PlayAsync(static (scene, token) => scene.PromoteAsync(token));

    [Fact]
    public Task Root_RestoredFromACopyOfItsFiles_IsFollowedAgainAndWhatItLostIsKept() => PlayAsync(static (scene, token) => scene.RestoreAsync(token));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Promotion_Killed_IsAReplicaOrTheRoot(int seed) => PlayAsync((scene, token) => scene.KillThePromotedAsync(seed, token));

    private static async Task PlayAsync(Func<SuccessionScene, CancellationToken, Task> play)
    {
        await using var scene = new SuccessionScene();
        try
        {
            await play(scene, TestContext.Current.CancellationToken);
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine(scene.Logs);
            throw;
        }
    }
}
