using System.Globalization;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>
/// Kills the replica or the root while the replica takes the catalog and while decisions keep coming: the first kill meets an empty replica in its first catch-up, later ones
/// the live tail and the catch-up after a restart.
/// </summary>
internal sealed class FeedChaos : ChaosRun
{
    private const int Rounds = 4;

    private readonly List<string> acknowledged = [];

    protected override UpstreamNode.Catalog Catalog => new() { Generated = 1500 };

    protected override async Task DisturbAsync(CancellationToken cancellationToken)
    {
        await SynchronizeAsync(cancellationToken);
        Note("synchronized");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var deciding = DecideAsync(stop.Token);
        await Replica.StartAsync(cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            await MomentAsync(TimeSpan.FromMilliseconds(800), cancellationToken);
            Note($"{acknowledged.Count} decisions so far");
            await KillAndRestartAsync(round == 0 ? Replica : Victim(), cancellationToken);
        }

        await stop.CancelAsync();
        await deciding;
    }

    protected override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await EqualAsync(cancellationToken);
        Require(acknowledged.Count > 0, "No decision was acknowledged: the scenario tested nothing.");
        foreach (var server in new[] { Root, Replica })
            await AgreesAsync($"all acknowledged sites at the {server.Name}", token => DifferenceAsync(server, token), cancellationToken);
    }

    private async Task<string> DifferenceAsync(ServerNode server, CancellationToken cancellationToken)
    {
        var sites = await server.Admin.ListSitesAsync(new ListSitesRequest(), cancellationToken: cancellationToken);
        var names = sites.Sites.Select(site => site.Name).ToList();
        if (names.Distinct().Count() != names.Count) return $"{server.Name} lists a site twice.";
        var lost = acknowledged.Except(names).ToList();
        return lost.Count == 0 ? "" : $"{server.Name} lost {lost.Count} of {acknowledged.Count} acknowledged sites, {string.Join(", ", lost.Take(3))} among them.";
    }

    // Decisions one after the other, noted only once the root has acknowledged them. One whose answer was lost may or may not be there: it is asked again.
    private async Task DecideAsync(CancellationToken cancellationToken)
    {
        for (var number = 0; !cancellationToken.IsCancellationRequested; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"site-{number}");
            var request = new AddSiteRequest { Name = name, Subnets = { string.Create(CultureInfo.InvariantCulture, $"10.{number / 256 % 256}.{number % 256}.0/24") } };
            try
            {
                await Until.TrueAsync(
                    $"{name} to be added", TimeSpan.FromSeconds(60),
                    async token => await TryAsync(async () =>
                    {
                        var known = await Root.Admin.ListSitesAsync(new ListSitesRequest(), cancellationToken: token);
                        if (known.Sites.All(site => site.Name != name)) await Root.Admin.AddSiteAsync(request, cancellationToken: token);
                        return true;
                    }),
                    cancellationToken);
                acknowledged.Add(name);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
