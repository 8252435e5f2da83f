using Hierarchy.Content;
using Hierarchy.Content.Store;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Roles;

/// <summary>What files there are, by the served view. Files of languages that are not chosen count when they are here already, and are not fetched.</summary>
internal sealed class ViewContentCatalog(ViewPublisher views, ContentStore store) : IContentCatalog
{
    public ContentFile? Find(Sha1Digest sha1)
    {
        var view = views.View;
        if (!view.Files.TryGetValue(sha1, out var file)) return null;
        var content = ContentFile.From(file);
        return IsWanted(view, file) || store.Contains(content) ? content : null;
    }

    /// <summary>The files that clients will want of an update: its own and those of its bundle, to any depth; none unless a group has it approved for installing.</summary>
    public static IEnumerable<ContentFile> FilesWanted(ServedView view, UpdateEntry update)
    {
        if (!update.IsLive || !update.Approvals.Any(approval => approval.Action is ApprovalAction.Install or ApprovalAction.OptionalInstall)) yield break;
        var seen = new HashSet<RevisionId>();
        var open = new Stack<CatalogEntry>();
        open.Push(update.Latest!); // A live update has a latest revision.
        while (open.TryPop(out var entry))
        {
            if (!seen.Add(entry.Id)) continue;
            foreach (var file in entry.Files)
                if (IsWanted(view, file))
                    yield return ContentFile.From(file);
            foreach (var child in entry.BundledUpdates.SelectMany(group => group.AnyOf))
                if (view.Find(child) is { } childEntry)
                    open.Push(childEntry);
        }
    }

    private static bool IsWanted(ServedView view, CatalogFile file) => view.Selection?.WantsFilesOf(file.Languages) ?? true;
}
