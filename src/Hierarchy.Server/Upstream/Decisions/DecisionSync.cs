using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Auditing;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Upstream.Decisions;

/// <summary>
/// Takes over what the administrators of an upstream WSUS decided ([MS-WSUSSS] 3.2.4.3), after its catalog was synchronized. The log is written first and the anchor last: what dies in
/// between is asked for again, and changes nothing twice.
/// </summary>
internal sealed partial class DecisionSync(DecisionDesk desk, DeploymentBook book, UpstreamRule rule, TimeProvider time, ILogger<DecisionSync> logger)
{
    /// <summary>Takes everything that changed since the last time.</summary>
    /// <param name="ask">GetDeployments: the anchor of the last answer, and the anchor of the catalog.</param>
    /// <param name="anchors">Of the catalog as it was just taken; decisions about later revisions wait for the next synchronization.</param>
    /// <param name="cancellationToken">Stops; what was committed stays.</param>
    /// <returns>How many records changed.</returns>
    /// <exception cref="UnavailableException">The upstream is busy.</exception>
    /// <exception cref="IntegrityException">The upstream refuses, or its answer cannot be right; nothing was changed.</exception>
    public async Task<int> TakeAsync(Func<string?, string, CancellationToken, Task<UpstreamDeployments>> ask, SyncAnchors anchors, CancellationToken cancellationToken)
    {
        // Where no product is chosen there is no list of updates, and the categories' anchor tells as well how far the catalog was taken.
        var syncAnchor = anchors.Updates ?? anchors.Categories ?? throw new IntegrityException($"GetDeployments: {rule.Upstream} gave no anchor with its lists, and this call needs one. Look for it in the WSUS's log.");
        try
        {
            return await TakeAsync(ask, syncAnchor, cancellationToken);
        }
        catch (UpstreamFaultException exception)
        {
            throw exception.Fault.Error == UpstreamError.ServerBusy
                ? new UnavailableException($"{exception.Message} It is busy; the synchronization can be repeated at any time and goes on where it was.", exception)
                : new IntegrityException($"{exception.Message} Its catalog was taken, its decisions were not. Check in the WSUS's log whether this server may be its replica.", exception);
        }
    }

    private async Task<int> TakeAsync(Func<string?, string, CancellationToken, Task<UpstreamDeployments>> ask, string syncAnchor, CancellationToken cancellationToken)
    {
        var (anchor, living) = await book.LoadAsync(rule.Upstream, cancellationToken);
        UpstreamDeployments answer;
        try
        {
            answer = await ask(anchor, syncAnchor, cancellationToken);
        }
        catch (UpstreamFaultException exception) when (anchor is not null && exception.Fault.Error is UpstreamError.ServerChanged or UpstreamError.InvalidParameters)
        {
            Log.AnchorRefused(logger, anchor, exception.Fault.Code);
            living.Clear();
            answer = await ask(null, syncAnchor, cancellationToken);
        }

        if (answer.Groups is { } told && told.All(group => group.Id != TargetGroup.AllComputers.Id))
            throw new IntegrityException(
                $"GetDeployments: {rule.Upstream} names {told.Count} groups and All Computers is not among them, so the answer is not whole; nothing was changed. Look at the WSUS's own console and log.");
        Update(living, answer);
        var fold = new DecisionFold(answer, living.Values, rule.Upstream, time.GetUtcNow());
        var changed = await CommitAsync(fold, cancellationToken);
        await book.SaveAsync(rule.Upstream, answer.Anchor, living, cancellationToken);
        if (fold.NotUnderstood > 0) Log.NotUnderstood(logger, fold.NotUnderstood);
        Log.Taken(logger, rule.Upstream, changed, living.Count, fold.Waiting);
        return changed;
    }

    private static void Update(Dictionary<Guid, UpstreamDeployment> living, UpstreamDeployments answer)
    {
        foreach (var dead in answer.DeadDeployments) living.Remove(dead);
        foreach (var deployment in answer.Deployments) living[deployment.Id] = deployment;
        if (answer.Groups is null) return;
        var groups = answer.Groups.Select(group => group.Id).Append(TargetGroup.UnassignedComputers.Id).ToHashSet();
        foreach (var lost in living.Values.Where(deployment => !groups.Contains(deployment.TargetGroupId)).ToArray()) living.Remove(lost.Id);
    }

    /// <summary>As many transactions as it takes; each is decided on the newest view, beside whatever else is decided here meanwhile.</summary>
    private async Task<int> CommitAsync(DecisionFold fold, CancellationToken cancellationToken)
    {
        for (var changed = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var outcome = await desk.DecideAsync<int>(
                new DecisionIntent("sync run", $"the upstream {rule.Upstream}"),
                view =>
                {
                    IReadOnlyList<Change> changes = [.. fold.ChangesOf(view).Take(DecisionDesk.MostChanges)];
                    return (changes.Count, changes);
                },
                cancellationToken);
            if (!outcome.HasChanged) return changed;
            changed += outcome.Result;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1421, Level = LogLevel.Information, Message = "Decisions of {Upstream}: {Changed} records changed; it has {Living} deployments, of which {Waiting} go live later.")]
        public static partial void Taken(ILogger logger, Uri upstream, int changed, int living, int waiting);

        [LoggerMessage(EventId = 1422, Level = LogLevel.Warning, Message = "The upstream refused the anchor `{Anchor}` of its decisions ({Code}); asking for all of them.")]
        public static partial void AnchorRefused(ILogger logger, string anchor, string code);

        [LoggerMessage(EventId = 1423, Level = LogLevel.Warning, Message = "{Count} deployments of the upstream have an action that this version does not know; they count as not approved.")]
        public static partial void NotUnderstood(ILogger logger, int count);
    }
}
