using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Roles;
using ApprovalRule = Hierarchy.Domain.Approvals.Rules.ApprovalRule;

namespace Hierarchy.Server.Rules;

/// <summary>
/// Runs approval rules: over what is new, from where they looked last, and over all that is there when somebody says so. Approvals commit in transactions of bounded size, each with the place as
/// far as it looked: whatever ends a run, the next one goes on behind what was committed.
/// </summary>
internal sealed partial class RuleRunner(DecisionDesk desk, ServedLogs logs, TimeProvider time, SupersededDecliner decliner, ILogger<RuleRunner> logger)
{
    /// <summary>Below what a transaction takes: the place that was reached, and a note of who decided, go with it.</summary>
    public const int MaxRecords = 900;

    /// <summary>Who decides when nobody said so.</summary>
    public const string Itself = "rules";

    private const int MaxLooks = 20_000;

    /// <summary>After a synchronization: approves what it brought, then declines what that supersedes, each as far as rules are on; and says so in its history.</summary>
    public async Task AfterSyncAsync(SyncRun run, CancellationToken cancellationToken)
    {
        var tally = await RunNewAsync(long.MaxValue, TimeSpan.Zero, cancellationToken);
        var outcome = tally.ToOutcome();
        if (outcome.Rules.Count > 0) run.Rules = outcome;
        run.DeclinedByRules = await decliner.RunAsync(cancellationToken);
    }

    /// <summary>Runs the rules that are on over updates that came since they looked last. Nothing happens where an upstream decides, and before the first rule.</summary>
    /// <param name="upTo">Updates that came behind this sequence wait.</param>
    /// <param name="patience">So long after its arrival an update waits, and what came behind it, for what it brings: its licences are not known before. Zero for no waiting.</param>
    /// <param name="cancellationToken">Stops; what was committed stays.</param>
    public async Task<RuleTally> RunNewAsync(long upTo, TimeSpan patience, CancellationToken cancellationToken)
    {
        var tally = new RuleTally(hasDetails: false);
        for (var isDone = desk.FollowsUpstream; !isDone;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var outcome = await desk.DecideAsync<Batch>(new DecisionIntent("rules run", Itself), view => DecideNew(view, upTo, patience), cancellationToken);
            foreach (var verdict in outcome.Result.Verdicts) tally.Add(outcome.Result.View, verdict);
            isDone = outcome.Result.IsDone;
        }

        if (tally.Approvals + tally.Skipped > 0) Log.Ran(logger, tally.Approvals, tally.Skipped);
        return tally;
    }

    /// <summary>Runs rules over all that is there.</summary>
    /// <param name="names">These alone; none for all that are on.</param>
    /// <param name="requestedBy">Who says so.</param>
    /// <param name="isWhatIf">Changes nothing.</param>
    /// <param name="report">Hears how many of how many updates were looked at.</param>
    /// <param name="cancellationToken">Stops; what was committed stays.</param>
    public async Task<(RuleTally Tally, Position? Position, DecisionEffects? Effects)> RunNowAsync(
        IReadOnlyList<string> names, string requestedBy, bool isWhatIf, Action<int, int> report, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var there = desk.View;
        RulesOf(there, names);
        var ids = there.Updates.Keys.Order().ToArray();
        var foreseen = new List<Change>();
        var tally = new RuleTally(hasDetails: true);
        Position? position = null;
        for (var at = 0; at < ids.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            report(at, ids.Length);
            var from = at;
            Batch batch;
            if (isWhatIf)
            {
                (batch, var changes) = DecideThere(there, names, ids, from);
                foreseen.AddRange(changes);
            }
            else
            {
                var outcome = await desk.DecideAsync<Batch>(new DecisionIntent("rules run", requestedBy), view => DecideThere(view, names, ids, from), cancellationToken);
                (batch, position) = (outcome.Result, outcome.Position);
            }

            foreach (var verdict in batch.Verdicts) tally.Add(batch.View, verdict);
            at = batch.Next;
        }

        report(ids.Length, ids.Length);
        return (tally, position, isWhatIf ? await desk.ForeseeAsync(there, foreseen, cancellationToken) : null);
    }

    private (Batch Batch, IReadOnlyList<Change> Changes) DecideNew(ServedView view, long upTo, TimeSpan patience)
    {
        var epochs = logs.Tree.Log.Epochs;
        if (view.RulesLooked is not { } progress) return (Batch.Nothing(view), []);
        // The catalog is another tree's: none of it is new, and from here on it is followed.
        if (progress.SinceIn(epochs, view.Head) is not { } since) return (Batch.Nothing(view), [RuleRecords.Progress(new RuleProgress(view.Head.Position))]);

        var pending = NewUpdates.Of(view, since, Math.Min(upTo, view.Head.Position.Sequence));
        if (pending.Count == 0) return (Batch.Nothing(view), []);
        var now = time.GetUtcNow();
        var judge = new RuleJudge(view, view.AutomaticApprovals.Values.Where(rule => rule.IsOn), now);
        var (verdicts, changes, looked, isDone) = (new List<RuleVerdict>(), new List<Change>(), since, true);
        foreach (var (update, first) in pending)
        {
            if (patience > TimeSpan.Zero && NewUpdates.IsIncomplete(view, update) && !(now - update.Latest?.ArrivedAt > patience)) break;
            var judged = judge.Judge(update);
            if (changes.Count > 0 && changes.Count + judged.Count > MaxRecords)
            {
                isDone = false;
                break;
            }

            Take(judged, verdicts, changes, now);
            looked = first;
        }

        if (looked > since) changes.Add(RuleRecords.Progress(new RuleProgress(EpochHistory.At(epochs, view.Head.Position.Log, looked))));
        return (new Batch(view, verdicts, isDone, Next: 0), changes);
    }

    private (Batch Batch, IReadOnlyList<Change> Changes) DecideThere(ServedView view, IReadOnlyList<string> names, Guid[] ids, int from)
    {
        var now = time.GetUtcNow();
        var judge = new RuleJudge(view, RulesOf(view, names), now);
        var (verdicts, changes, at) = (new List<RuleVerdict>(), new List<Change>(), from);
        for (; at < ids.Length && at - from < MaxLooks; at++)
        {
            if (!view.Updates.TryGetValue(ids[at], out var update)) continue;
            var judged = judge.Judge(update);
            if (changes.Count > 0 && changes.Count + judged.Count > MaxRecords) break;
            Take(judged, verdicts, changes, now);
        }

        return (new Batch(view, verdicts, at >= ids.Length, at), changes);
    }

    private static void Take(IReadOnlyList<RuleVerdict> judged, List<RuleVerdict> verdicts, List<Change> changes, DateTimeOffset now)
    {
        verdicts.AddRange(judged);
        foreach (var verdict in judged)
            if (verdict.Approval is { } approval)
                changes.Add(CatalogRecords.Approval(approval, now, $"rule: {verdict.Rule.Name}"));
    }

    private static ApprovalRule[] RulesOf(ServedView view, IReadOnlyList<string> names)
    {
        if (names.Count > 0) return [.. names.Select(name => RuleFinder.Approval(view, name)).DistinctBy(rule => rule.Id)];
        if (view.AutomaticApprovals.Count == 0) throw Refusal.Precondition("There is no approval rule. Make one: hierarchy rules add --help");
        ApprovalRule[] rules = [.. view.AutomaticApprovals.Values.Where(rule => rule.IsOn)];
        return rules.Length > 0 ? rules : throw Refusal.Precondition("No approval rule is on. Name the one to run, or switch it on: hierarchy rules set NAME --on");
    }

    /// <summary>What one transaction decided.</summary>
    private sealed record Batch(ServedView View, IReadOnlyList<RuleVerdict> Verdicts, bool IsDone, int Next)
    {
        public static Batch Nothing(ServedView view) => new(view, [], IsDone: true, Next: 0);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7650, Level = LogLevel.Information, Message = "Approval rules looked at what is new: {Approvals} approvals; {Skipped} times a rule matched and did not approve.")]
        public static partial void Ran(ILogger logger, int approvals, int skipped);
    }
}
