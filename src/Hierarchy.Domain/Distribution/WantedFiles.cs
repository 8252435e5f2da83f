using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Distribution;

/// <summary>Which files a server is to have, by a view and the rules that hold for it. Pure.</summary>
public static class WantedFiles
{
    /// <summary>The files that clients will want of an update: its own and those of its bundle, to any depth; none unless a group has it approved for installing.</summary>
    /// <param name="view">The view.</param>
    /// <param name="update">The update.</param>
    /// <param name="rules">What holds for the server.</param>
    /// <param name="categories">The categories of the view; looked at where rules name some.</param>
    public static IEnumerable<WantedFile> Of(ServedView view, UpdateEntry update, ContentRules rules, CategoryTree categories)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(update);
        ArgumentNullException.ThrowIfNull(rules);
        if (!update.IsLive) yield break;
        DateTimeOffset? deadline = null;
        var revisions = new List<CatalogEntry>();
        foreach (var approval in update.Approvals)
        {
            if (approval.Action is not (ApprovalAction.Install or ApprovalAction.OptionalInstall)) continue;
            if (update.RevisionFor(approval) is not { } revision) continue;
            if (!revisions.Contains(revision)) revisions.Add(revision);
            if (approval.Deadline < (deadline ?? DateTimeOffset.MaxValue)) deadline = approval.Deadline;
        }

        if (revisions.Count == 0) yield break;
        var latest = update.Latest!; // A live update has a latest revision.
        var policy = rules.IsUniform ? rules.Default : rules.PolicyOf(latest, categories);
        var decidedAt = view.DecidedSequenceOf(update);
        foreach (var file in revisions.Count == 1 ? All(view, revisions[0]) : revisions.SelectMany(revision => All(view, revision)).DistinctBy(file => new Sha1Digest(file.Sha1.Span)))
            if (IsWanted(view, rules, file))
                yield return new WantedFile(file, policy, deadline, decidedAt);
    }

    /// <summary>Whether a file is for a chosen language, and of a kind that is fetched. Others are neither fetched nor offered.</summary>
    public static bool IsWanted(ServedView view, ContentRules rules, CatalogFile file)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(file);
        return (rules.Express || !file.IsExpress) && (view.Selection?.WantsFilesOf(file.Languages) ?? true);
    }

    /// <summary>Of one file that several updates want: fetched as the one says that fetches most, and as urgent as the most urgent.</summary>
    public static WantedFile Merge(WantedFile one, WantedFile other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return one with
        {
            Policy = (FetchPolicy)Math.Min((int)one.Policy, (int)other.Policy),
            Deadline = one.Deadline is null ? other.Deadline : other.Deadline < one.Deadline ? other.Deadline : one.Deadline,
            DecidedAt = Math.Min(one.DecidedAt, other.DecidedAt),
        };
    }

    /// <summary>The order of fetching: the earlier deadline, then what was decided first.</summary>
    public static int Compare(WantedFile one, WantedFile other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var deadline = (one.Deadline ?? DateTimeOffset.MaxValue).CompareTo(other.Deadline ?? DateTimeOffset.MaxValue);
        return deadline != 0 ? deadline : one.DecidedAt.CompareTo(other.DecidedAt);
    }

    /// <summary>The files of a revision and of its bundle, to any depth, of every language and kind.</summary>
    public static IEnumerable<CatalogFile> All(ServedView view, CatalogEntry latest)
    {
        ArgumentNullException.ThrowIfNull(view);
        var seen = new HashSet<RevisionId>();
        var open = new Stack<CatalogEntry>();
        open.Push(latest);
        while (open.TryPop(out var entry))
        {
            if (!seen.Add(entry.Id)) continue;
            foreach (var file in entry.Files) yield return file;
            foreach (var child in entry.BundledUpdates.SelectMany(group => group.AnyOf))
                if (view.Find(child) is { } childEntry)
                    open.Push(childEntry);
        }
    }
}
