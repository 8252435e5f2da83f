using Hierarchy.Content;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Synchronization;

namespace Hierarchy.Server.Roles;

/// <summary>Watches the view and says which files will be wanted: those of approved updates. Whether they are fetched ahead is the content room's policy.</summary>
internal sealed class ContentPrefetch(ViewPublisher views, ContentAhead ahead) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (last, lastOverlay) = (Position.Empty, Position.Empty);
        SyncSelection? lastSelection = null;
        var wanted = new Dictionary<Guid, ContentFile[]>();
        while (true)
        {
            var current = views.Current;
            var (head, overlay) = (current.View.Head.Position, current.View.Overlay?.Position ?? Position.Empty);
            // Other languages make other files of every update.
            var isSameHistory = last.EpochId == head.EpochId && lastOverlay.EpochId == overlay.EpochId && current.View.CanTellChangesSince(last.Sequence, lastOverlay.Sequence)
                && current.View.Selection == lastSelection;
            var hasChanged = !isSameHistory && wanted.Count > 0;
            if (!isSameHistory) wanted.Clear();
            foreach (var update in isSameHistory ? current.View.ChangedSince(last.Sequence, lastOverlay.Sequence) : current.View.Updates.Values)
            {
                var files = ViewContentCatalog.FilesWanted(current.View, update).ToArray();
                hasChanged |= files.Length > 0 ? !(wanted.TryGetValue(update.UpdateId, out var before) && before.SequenceEqual(files)) : wanted.Remove(update.UpdateId);
                if (files.Length > 0) wanted[update.UpdateId] = files;
            }

            if (hasChanged) ahead.Want(wanted.Values.SelectMany(files => files).DistinctBy(file => file.Sha1).ToArray());
            (last, lastOverlay, lastSelection) = (head, overlay, current.View.Selection);
            await current.Superseded.Task.WaitAsync(stoppingToken);
        }
    }
}
