using Hierarchy.Testing.Simulation;
using Xunit;

namespace Hierarchy.Tests.Replication;

public class SimulationTests
{
    private const int Seeds = 200;
    private static readonly TimeSpan Faults = TimeSpan.FromSeconds(40);

    /// <summary>A failing seed reproduces exactly: run it alone.</summary>
    [Fact]
    public void Tree_UnderFaults_ServesOnlyStatesOfTheRootLosesNothingAndBecomesEqual()
    {
        var total = SimulationRun.Play(1, Seeds, Faults, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(total.Failures.Count == 0, $"{total.Failures.Count} of {Seeds} seeds failed:\n{string.Join('\n', total.Failures.Take(10))}");
        // The runs mean something: states were served and taken over, decisions lost by losses alone, and each kind of fault happened.
        Assert.True(total.Served > 20_000, $"{total.Served} states served");
        Assert.True(total.Taken > 5_000, $"{total.Taken} states taken over by clients");
        Assert.True(total.LostWithHistory > 100, $"{total.LostWithHistory} decisions lost with a history");
        Assert.True(total.Reported > 5_000, $"{total.Reported} reports acknowledged");
        Assert.True(total.Refused > 500, $"{total.Refused} lies refused");
        foreach (var kind in SimulationRun.Kinds) Assert.True(total.Faults[kind] > 0, $"no seed had: {kind}");
    }

    [Fact]
    public void Tree_SameSeed_SameRun()
    {
        SimulatedTree first = new(7), second = new(7), other = new(8);
        first.Run(TimeSpan.FromSeconds(10));
        second.Run(TimeSpan.FromSeconds(10));
        other.Run(TimeSpan.FromSeconds(10));

        Assert.Equal((first.World.Steps, first.World.Trace), (second.World.Steps, second.World.Trace));
        Assert.NotEqual(first.World.Trace, other.World.Trace);
    }
}
