using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>
/// Kills the replica or the root while the replica takes the catalog and while decisions keep coming: the first kill meets an empty replica in its first catch-up, later ones
/// the live tail and the catch-up after a restart.
/// </summary>
internal sealed class FeedChaos : ChaosRun
{
    private const int Rounds = 4;

    private DecisionLoad? load;

    public override int Acknowledged => load?.Acknowledged ?? 0;

    protected override UpstreamNode.Catalog Catalog => new() { Generated = 1500 };

    protected override async Task DisturbAsync(CancellationToken cancellationToken)
    {
        await SynchronizeAsync(cancellationToken);
        Note("synchronized");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        load = new DecisionLoad(Root);
        var deciding = load.DecideAsync(stop.Token);
        await Replica.StartAsync(cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            await MomentAsync(TimeSpan.FromMilliseconds(800), cancellationToken);
            Note($"{load.Acknowledged} decisions so far");
            await KillAndRestartAsync(round == 0 ? Replica : Victim(), cancellationToken);
        }

        await stop.CancelAsync();
        await deciding;
    }

    protected override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await EqualAsync(cancellationToken);
        Require(Acknowledged > 0, "No decision was acknowledged: the scenario tested nothing.");
        foreach (var server in new[] { Root, Replica })
            await AgreesAsync($"all acknowledged sites at the {server.Name}", token => load!.DifferenceAsync(server, token), cancellationToken); // decisions were acknowledged
    }
}
