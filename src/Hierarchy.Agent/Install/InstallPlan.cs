using Hierarchy.Agent.Scan;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Office;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Install;

/// <summary>An update that is approved and needed, or offered, or to be removed and there, with the revisions to install or remove for it.</summary>
/// <param name="Decision">The decision about it.</param>
/// <param name="Revision">It.</param>
/// <param name="Leaves">It itself, or the needed children of the bundle in document order, to any depth; to be removed, those that are installed, the last one first.</param>
internal sealed record PlannedUpdate(ClientDecision Decision, UpdateRevision Revision, IReadOnlyList<UpdateRevision> Leaves)
{
    /// <summary>The user for whom it is installed; null for the computer.</summary>
    internal OfficeUser? User { get; init; }

    /// <summary>That user's name; empty for the computer.</summary>
    internal string UserName => User?.Name ?? "";

    /// <summary>Where it is one of Office: what its tries are counted for.</summary>
    internal string? OfficeFingerprint { get; init; }

    /// <summary>It is removed, not installed.</summary>
    internal bool IsRemoval => Decision.Action == DecisionAction.Uninstall;

    /// <summary>Why it is neither fetched nor installed, not even at a deadline; null when nothing speaks against it. Whoever makes the plan says so.</summary>
    internal string? Hold { get; init; }

    /// <summary>Files to download, each once.</summary>
    internal IEnumerable<UpdateFile> Files => Leaves.SelectMany(leaf => leaf.Files).Where(InstallPlan.IsDownloaded).DistinctBy(ContentFolderName);

    private static string ContentFolderName(UpdateFile file) => Convert.ToHexString(file.Sha1);
}

/// <summary>An update that is approved and needed and not installed all the same.</summary>
/// <param name="Id">It.</param>
/// <param name="Title">Its title.</param>
/// <param name="Reason">Why.</param>
internal sealed record SkippedUpdate(RevisionId Id, string Title, string Reason);

/// <summary>What a scan and the decisions come to.</summary>
internal sealed record InstallPlan(IReadOnlyList<PlannedUpdate> Updates, IReadOnlyList<SkippedUpdate> Skipped)
{
    /// <summary>Express payloads are an optimisation that this agent does not use: every update has self-contained files beside them.</summary>
    internal static bool IsDownloaded(UpdateFile file) => !string.Equals(file.PatchingType, "Express", StringComparison.OrdinalIgnoreCase);

    internal static InstallPlan Of(ScanResult scan)
    {
        var updates = new List<PlannedUpdate>();
        var skipped = new List<SkippedUpdate>();
        var wanted = scan.Needed.Where(decision => decision.IsInstall).ToArray();
        var superseding = Superseding(scan, wanted);
        foreach (var decision in wanted.Concat(scan.Needed.Where(decision => decision.Action == DecisionAction.OptionalInstall)))
        {
            var revision = scan.Revisions[decision.Id];
            var leaves = LeavesOf(scan, revision, scan.StateOf);
            if (superseding.TryGetValue(decision.Id.UpdateId, out var by)) Skip($"it is superseded by {by}, which is installed or to be installed");
            else if (leaves.Count == 0) Skip("nothing of it is left to install");
            else if (leaves.Select(CommandLineInstaller.WhyNot).FirstOrDefault(reason => reason is not null) is { } reason) Skip(reason);
            else updates.Add(new PlannedUpdate(decision, revision, leaves));

            void Skip(string why)
            {
                // What is merely offered is not missed.
                if (decision.IsInstall) skipped.Add(new SkippedUpdate(decision.Id, revision.Texts[0].Title, why));
            }
        }

        AddRemovals(scan, updates, skipped);
        return new InstallPlan(updates, skipped);
    }

    /// <summary>The revision itself, or the needed children of the bundle, to any depth, as somebody sees them.</summary>
    internal static List<UpdateRevision> LeavesOf(ScanResult scan, UpdateRevision revision, Func<RevisionId, UpdateState> stateOf, UpdateState wanted = UpdateState.NotInstalled)
    {
        var leaves = new List<UpdateRevision>();
        AddLeaves(scan, revision, id => stateOf(id) == wanted, leaves, [], depth: 0);
        return leaves;
    }

    private static void AddRemovals(ScanResult scan, List<PlannedUpdate> updates, List<SkippedUpdate> skipped)
    {
        foreach (var decision in scan.Decisions.Values.Where(decision => decision.Action == DecisionAction.Uninstall && scan.StateOf(decision.Id) == UpdateState.Installed).OrderBy(decision => decision.Number))
        {
            var revision = scan.Revisions[decision.Id];
            var leaves = LeavesOf(scan, revision, scan.StateOf, UpdateState.Installed);
            leaves.Reverse();
            if (leaves.Count == 0) skipped.Add(new SkippedUpdate(decision.Id, revision.Texts[0].Title, "nothing of it is left to remove"));
            else if (leaves.Select(CommandLineInstaller.WhyNotRemove).FirstOrDefault(reason => reason is not null) is { } reason) skipped.Add(new SkippedUpdate(decision.Id, revision.Texts[0].Title, reason));
            else updates.Add(new PlannedUpdate(decision, revision, leaves));
        }
    }

    // What a later update brings, or brought, is not installed by itself any more.
    private static Dictionary<Guid, RevisionId> Superseding(ScanResult scan, IEnumerable<ClientDecision> wanted)
    {
        var superseding = new Dictionary<Guid, RevisionId>();
        foreach (var id in wanted.Select(decision => decision.Id).Concat(scan.Revisions.Keys.Where(id => scan.StateOf(id) == UpdateState.Installed)))
            foreach (var superseded in scan.Revisions[id].SupersededUpdates)
                if (superseded != id.UpdateId) superseding.TryAdd(superseded, id);
        return superseding;
    }

    private static void AddLeaves(ScanResult scan, UpdateRevision revision, Func<RevisionId, bool> isWanted, List<UpdateRevision> leaves, HashSet<RevisionId> seen, int depth)
    {
        // A bundle that holds itself was not applicable; the set is for one that holds the same child twice.
        if (!seen.Add(revision.Id) || depth > 64) return;
        if (revision.BundledUpdates.Count == 0)
        {
            leaves.Add(revision);
            return;
        }

        foreach (var id in revision.BundledUpdates.SelectMany(group => group.AnyOf))
            if (scan.FindChild(id) is { } child && isWanted(child.Id))
                AddLeaves(scan, child, isWanted, leaves, seen, depth + 1);
    }
}
