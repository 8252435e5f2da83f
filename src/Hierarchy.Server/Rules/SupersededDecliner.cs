using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Auditing;

namespace Hierarchy.Server.Rules;

/// <summary>
/// Declines superseded updates by rule, in transactions of bounded size. The oldest of a chain goes first: once the one in the middle is declined it replaces nothing, and what it replaced would stay.
/// </summary>
internal sealed partial class SupersededDecliner(DecisionDesk desk, IReportStore reports, TimeProvider time, ILogger<SupersededDecliner> logger)
{
    private const int MaxLooks = 2_000;

    /// <summary>Runs the rules that are on, if any. Returns how many updates were declined.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (desk.FollowsUpstream || !desk.View.AutomaticDeclines.Values.Any(rule => rule.IsOn)) return 0;
        var (tally, _, _, _) = await RunAsync([], RuleRunner.Itself, isWhatIf: false, static (_, _) => { }, cancellationToken);
        if (tally.Declined > 0) Log.Declined(logger, tally.Declined);
        return tally.Declined;
    }

    /// <summary>Runs rules.</summary>
    /// <param name="names">These alone; none for all that are on.</param>
    /// <param name="requestedBy">Who says so.</param>
    /// <param name="isWhatIf">Changes nothing.</param>
    /// <param name="report">Hears how many of how many superseded updates were looked at.</param>
    /// <param name="cancellationToken">Stops; what was committed stays.</param>
    /// <returns>What came of it, the view before, where the log stands (null where nothing could change), and what would follow.</returns>
    public async Task<(DeclineTally Tally, ServedView Before, Position? Position, Protocol.Admin.V1.DecisionEffects? Effects)> RunAsync(
        IReadOnlyList<string> names, string requestedBy, bool isWhatIf, Action<int, int> report, CancellationToken cancellationToken)
    {
        desk.RequireOwnDecisions();
        var before = desk.View;
        RulesOf(before, names);
        Guid[] ids = [.. new DeclineJudge(before, time.GetUtcNow()).Superseded().Select(update => update.UpdateId)
            .OrderByDescending(id => before.Supersedence.ChainOf(id).Count).ThenBy(id => id)];
        var foreseen = new List<Change>();
        var tally = new DeclineTally();
        Position? position = null;
        for (var at = 0; at < ids.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            report(at, ids.Length);
            var some = ids[at..Math.Min(ids.Length, at + MaxLooks)];
            var needed = await NeededCounts.OfAsync(reports, some, cancellationToken);
            Batch batch;
            if (isWhatIf)
            {
                (batch, var changes) = Decide(before, names, some, needed);
                foreseen.AddRange(changes);
            }
            else
            {
                var outcome = await desk.DecideAsync<Batch>(new DecisionIntent("rules declines run", requestedBy), view => Decide(view, names, some, needed), cancellationToken);
                (batch, position) = (outcome.Result, outcome.Position);
            }

            foreach (var (update, verdict, rule) in batch.Verdicts) tally.Add(update, verdict, rule);
            at += batch.Looked;
        }

        report(ids.Length, ids.Length);
        return (tally, before, position, isWhatIf ? await desk.ForeseeAsync(before, foreseen, cancellationToken) : null);
    }

    private (Batch Batch, IReadOnlyList<Change> Changes) Decide(ServedView view, IReadOnlyList<string> names, Guid[] ids, IReadOnlyDictionary<Guid, int> needed)
    {
        var now = time.GetUtcNow();
        var judge = new DeclineJudge(view, now);
        var rules = RulesOf(view, names);
        var (verdicts, changes, looked) = (new List<(UpdateEntry, DeclineVerdict, string)>(), new List<Change>(), 0);
        foreach (var id in ids)
        {
            if (view.Updates.TryGetValue(id, out var update))
            {
                var (verdict, rule) = Judge(judge, rules, update, needed.GetValueOrDefault(id));
                if (verdict == DeclineVerdict.Decline)
                {
                    Change[] declined = [.. Declines.Of(update, now, $"rule: {rule}")];
                    if (changes.Count > 0 && changes.Count + declined.Length > RuleRunner.MaxRecords) break;
                    changes.AddRange(declined);
                }

                if (verdict != DeclineVerdict.NotMeant) verdicts.Add((update, verdict, rule));
            }

            looked++;
        }

        return (new Batch(verdicts, looked), changes);
    }

    /// <summary>The first rule that declines it; where none does, what the first one says.</summary>
    private static (DeclineVerdict Verdict, string Rule) Judge(DeclineJudge judge, IReadOnlyList<DeclineRule> rules, UpdateEntry update, int needing)
    {
        (DeclineVerdict Verdict, string Rule)? first = null;
        foreach (var rule in rules)
        {
            var verdict = judge.Judge(rule, update, needing);
            if (verdict == DeclineVerdict.Decline) return (verdict, rule.Name);
            first ??= (verdict, rule.Name);
        }

        return first ?? (DeclineVerdict.NotMeant, "");
    }

    private static DeclineRule[] RulesOf(ServedView view, IReadOnlyList<string> names)
    {
        if (names.Count > 0) return [.. names.Select(name => RuleFinder.Decline(view, name)).DistinctBy(rule => rule.Id)];
        if (view.AutomaticDeclines.Count == 0) throw Refusal.Precondition("There is no decline rule. Make one: hierarchy rules declines add --help");
        DeclineRule[] rules = [.. view.AutomaticDeclines.Values.Where(rule => rule.IsOn).OrderBy(rule => rule.Name, StringComparer.OrdinalIgnoreCase)];
        return rules.Length > 0 ? rules : throw Refusal.Precondition("No decline rule is on. Name the one to run, or switch it on: hierarchy rules declines set NAME --on");
    }

    private sealed record Batch(IReadOnlyList<(UpdateEntry Update, DeclineVerdict Verdict, string Rule)> Verdicts, int Looked);

    private static partial class Log
    {
        [LoggerMessage(EventId = 7651, Level = LogLevel.Information, Message = "Decline rules declined {Count} superseded updates.")]
        public static partial void Declined(ILogger logger, int count);
    }
}
