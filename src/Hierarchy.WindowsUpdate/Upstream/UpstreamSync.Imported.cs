using Hierarchy.Domain.Catalog;

namespace Hierarchy.WindowsUpdate.Upstream;

public sealed partial class UpstreamSync
{
    private IReadOnlyList<Guid> _notFound = [];

    /// <summary>
    /// Updates that are followed by id, whatever the filter says: their newest revision, what it bundles, and what it needs, to any depth. Prerequisites that the catalog lacked before are
    /// left alone: they are nobody's import.
    /// </summary>
    private async Task FetchImportedAsync(IReadOnlySet<Guid> imported, UpstreamConfig config, CancellationToken cancellationToken)
    {
        if (imported.Count == 0) return;
        var finder = new RevisionFinder(client, _logger);
        var asked = (await sink.FindGapsAsync(cancellationToken)).Prerequisites.ToHashSet();
        Guid[] wanted = [.. imported.Order()];
        for (var isFirst = true; wanted.Length > 0; isFirst = false)
        {
            Report(SyncPhase.FetchingImported, 0, 0);
            var found = await finder.FindAsync(wanted, await sink.GetCategoriesAsync(cancellationToken), config, cancellationToken);
            if (isFirst) _notFound = [.. wanted.Where(id => !found.ContainsKey(id))];
            RevisionId[] revisions = [.. wanted.Where(found.ContainsKey).Select(id => found[id])];
            _listed += revisions.Length;
            await FetchUnknownAsync(SyncPhase.FetchingImported, revisions, config, cancellationToken);
            await FetchBundledAsync(config, cancellationToken);
            wanted = [.. (await sink.FindGapsAsync(cancellationToken)).Prerequisites.Where(asked.Add)];
        }
    }
}
