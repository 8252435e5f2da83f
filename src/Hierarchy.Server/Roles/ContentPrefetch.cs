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
        var last = Position.Empty;
        SyncSelection? lastSelection = null;
        var wanted = new Dictionary<Guid, ContentFile[]>();
        while (true)
        {
            var current = views.Current;
            var head = current.View.Head.Position;
            // Other languages make other files of every update.
            var isSameHistory = last.EpochId == head.EpochId && current.View.CanTellChangesSince(last.Sequence) && current.View.Selection == lastSelection;
            var hasChanged = !isSameHistory && wanted.Count > 0;
            if (!isSameHistory) wanted.Clear();
            foreach (var update in isSameHistory ? current.View.ChangedSince(last.Sequence) : current.View.Updates.Values)
            {
                var files = ViewContentCatalog.FilesWanted(current.View, update).ToArray();
                hasChanged |= files.Length > 0 ? !(wanted.TryGetValue(update.UpdateId, out var before) && before.SequenceEqual(files)) : wanted.Remove(update.UpdateId);
                if (files.Length > 0) wanted[update.UpdateId] = files;
            }

            if (hasChanged) ahead.Want(wanted.Values.SelectMany(files => files).DistinctBy(file => file.Sha1).ToArray());
            (last, lastSelection) = (head, current.View.Selection);
            await current.Superseded.Task.WaitAsync(stoppingToken);
        }
    }
}
