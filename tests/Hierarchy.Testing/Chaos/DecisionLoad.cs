using System.Globalization;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>Somebody who decides one thing after the other at the root, and notes what was acknowledged.</summary>
internal sealed class DecisionLoad(ServerNode root)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<string> acknowledged = [];

    public int Acknowledged => acknowledged.Count;

    /// <summary>Until it is told to stop. A decision whose answer was lost may or may not be there: it is asked again.</summary>
    public async Task DecideAsync(CancellationToken cancellationToken)
    {
        for (var number = 0; !cancellationToken.IsCancellationRequested; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"site-{number}");
            var request = new AddSiteRequest { Name = name, Subnets = { string.Create(CultureInfo.InvariantCulture, $"10.{number / 256 % 256}.{number % 256}.0/24") } };
            try
            {
                await Until.TrueAsync(
                    $"{name} to be added", Patience,
                    async token => await ChaosRun.TryAsync(async () =>
                    {
                        var known = await root.Admin.ListSitesAsync(new ListSitesRequest(), cancellationToken: token);
                        if (known.Sites.All(site => site.Name != name)) await root.Admin.AddSiteAsync(request, cancellationToken: token);
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

    /// <summary>What is wrong with what a server holds; empty for nothing.</summary>
    public async Task<string> DifferenceAsync(ServerNode server, CancellationToken cancellationToken)
    {
        var sites = await server.Admin.ListSitesAsync(new ListSitesRequest(), cancellationToken: cancellationToken);
        var names = sites.Sites.Select(site => site.Name).ToList();
        if (names.Distinct().Count() != names.Count) return $"{server.Name} lists a site twice.";
        var lost = acknowledged.Except(names).ToList();
        return lost.Count == 0 ? "" : $"{server.Name} lost {lost.Count} of {acknowledged.Count} acknowledged sites, {string.Join(", ", lost.Take(3))} among them.";
    }
}
