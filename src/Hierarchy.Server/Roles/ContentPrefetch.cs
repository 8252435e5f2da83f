using Hierarchy.Content;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Hierarchy.Replication;

namespace Hierarchy.Server.Roles;

/// <summary>Watches the view and makes the plan of this server's content from it: the files of approved updates, by the rules that hold here. What is to be fetched ahead is said to the content room.</summary>
internal sealed class ContentPrefetch(ViewPublisher views, ContentPlans plans, ContentAhead ahead, ContentOptions options, ServerIdentity self) : BackgroundService
{
    private readonly Dictionary<Guid, WantedFile[]> _wanted = [];
    private Basis _last = new(Position.Empty, Position.Empty, null, null, null);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var current = views.Current;
            // Before there is a catalog nothing is known, which is not the same as nothing being needed.
            if (current.Checkpoint is not null && Look(current.View) is { } plan)
            {
                plans.Current = plan;
                ahead.Want(plan.Ahead);
            }

            await current.Superseded.Task.WaitAsync(stoppingToken);
        }
    }

    /// <summary>The plan of a view, from nothing.</summary>
    public static ContentPlan PlanOf(ServedView view, ContentRules rules)
    {
        var categories = CategoriesOf(view, rules);
        return PlanOf(rules, view.Updates.Values.SelectMany(update => WantedFiles.Of(view, update, rules, categories)));
    }

    /// <summary>Null when nothing that matters has changed.</summary>
    private ContentPlan? Look(ServedView view)
    {
        var rules = ContentRules.Of(view, self.Id, options.Policy);
        var now = new Basis(view.Head.Position, view.Overlay?.Position ?? Position.Empty, view.Selection, rules, CategoriesOf(view, rules));
        // Other languages make other files of every update, and other rules another plan of the same files.
        var isSame = _last.Tree.EpochId == now.Tree.EpochId && _last.Overlay.EpochId == now.Overlay.EpochId && view.CanTellChangesSince(_last.Tree.Sequence, _last.Overlay.Sequence)
            && now.Selection == _last.Selection && rules == _last.Rules && (rules.IsUniform || !HasNewCategories(view));
        var hasChanged = rules != _last.Rules || (!isSame && _wanted.Count > 0);
        if (!isSame) _wanted.Clear();
        foreach (var update in isSame ? view.ChangedSince(_last.Tree.Sequence, _last.Overlay.Sequence) : view.Updates.Values)
        {
            var files = WantedFiles.Of(view, update, rules, now.Categories!).ToArray(); // Made just above.
            hasChanged |= files.Length > 0 ? !(_wanted.TryGetValue(update.UpdateId, out var before) && before.SequenceEqual(files)) : _wanted.Remove(update.UpdateId);
            if (files.Length > 0) _wanted[update.UpdateId] = files;
        }

        _last = now;
        return hasChanged ? PlanOf(rules, _wanted.Values.SelectMany(files => files)) : null;
    }

    /// <summary>A category that came or moved may be one that a rule means.</summary>
    private bool HasNewCategories(ServedView view) =>
        view.ChangedSince(_last.Tree.Sequence, _last.Overlay.Sequence).Any(update => update.Latest?.Type == UpdateType.Category);

    private static CategoryTree CategoriesOf(ServedView view, ContentRules rules) => rules.IsUniform ? CategoryTree.None : CategoryTree.Of(view);

    private static ContentPlan PlanOf(ContentRules rules, IEnumerable<WantedFile> wanted)
    {
        var merged = new Dictionary<Sha1Digest, WantedFile>();
        foreach (var file in wanted)
        {
            var sha1 = new Sha1Digest(file.File.Sha1.Span);
            merged[sha1] = merged.TryGetValue(sha1, out var other) ? WantedFiles.Merge(other, file) : file;
        }

        var files = merged.Values.ToArray();
        Array.Sort(files, WantedFiles.Compare);
        return new ContentPlan(rules, [.. files.Select(file => new PlannedFile(ContentFile.From(file.File), file.Policy, file.Deadline))]);
    }

    /// <summary>What the last plan was made from.</summary>
    private sealed record Basis(Position Tree, Position Overlay, SyncSelection? Selection, ContentRules? Rules, CategoryTree? Categories);
}
