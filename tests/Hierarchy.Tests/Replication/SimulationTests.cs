using Hierarchy.Testing.Simulation;
using Xunit;

namespace Hierarchy.Tests.Replication;

public class SimulationTests
{
    /// <summary>A failing seed reproduces exactly: run it alone.</summary>
    [Fact]
    public void Tree_UnderFaults_ServesOnlyStatesOfTheRootAndBecomesEqual()
    {
        var (served, tampered) = (0, 0);
        for (var seed = 1; seed <= 60; seed++)
        {
            var tree = new SimulatedTree(seed);
            tree.Run(faults: TimeSpan.FromSeconds(40));
            served += tree.Served;
            tampered += tree.Tampered;
        }

        // The runs mean something: states were served, and some pages were false on their way.
        Assert.True(served > 5000, $"{served} states served");
        Assert.True(tampered > 20, $"{tampered} pages tampered with");
    }

    [Fact]
    public void Tree_SameSeed_SameRun()
    {
        SimulatedTree first = new(7), second = new(7);
        first.Run(TimeSpan.FromSeconds(10));
        second.Run(TimeSpan.FromSeconds(10));

        Assert.Equal((first.World.Steps, first.Served, first.Root.Log!.Head.Position), (second.World.Steps, second.Served, second.Root.Log!.Head.Position)); // the root is up
    }
}
