using Hierarchy.Content;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Store;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Distribution;

namespace Hierarchy.Server.Roles;

/// <summary>What files there are, by the served view. Files of languages that are not chosen, and express files where they are not fetched, count when they are here already.</summary>
internal sealed class ViewContentCatalog(ViewPublisher views, ContentStore store, ContentPlans plans) : IContentCatalog
{
    public ContentFile? Find(Sha1Digest sha1)
    {
        var view = views.View;
        if (!view.Files.TryGetValue(sha1, out var file)) return null;
        var content = ContentFile.From(file);
        return WantedFiles.IsWanted(view, plans.Current.Rules, file) || store.Contains(content) ? content : null;
    }
}
