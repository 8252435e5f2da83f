using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using RuleSkipReason = Hierarchy.Protocol.Admin.V1.RuleSkipReason;

namespace Hierarchy.Server.Rules;

/// <summary>Counts what rules made of updates, rule by rule.</summary>
/// <param name="hasDetails">Tells which updates, too, up to a limit; counts alone go into the history of synchronizations.</param>
internal sealed class RuleTally(bool hasDetails)
{
    private const int MostApprovals = 1000;

    private readonly Dictionary<Guid, RuleResult> _byRule = [];
    private readonly Dictionary<Guid, int> _orders = [];
    private readonly HashSet<Guid> _updates = [];
    private int _told;

    /// <summary>Approvals that were made.</summary>
    public int Approvals { get; private set; }

    /// <summary>Verdicts that made none, and that somebody may want to know of: what is decided already is none of them.</summary>
    public int Skipped { get; private set; }

    /// <summary>Takes a verdict in.</summary>
    public void Add(ServedView view, RuleVerdict verdict)
    {
        if (!_byRule.TryGetValue(verdict.Rule.Id, out var result))
        {
            _byRule[verdict.Rule.Id] = result = new RuleResult { Rule = verdict.Rule.Name };
            _orders[verdict.Rule.Id] = verdict.Rule.Order;
        }

        if (verdict.Approval is null) Skip(result, verdict);
        else Approve(view, result, verdict);
    }

    /// <summary>What came of it.</summary>
    public RuleOutcome ToOutcome()
    {
        var outcome = new RuleOutcome { Updates = _updates.Count, Approvals = Approvals };
        outcome.Rules.Add(_byRule.OrderBy(rule => _orders[rule.Key]).ThenBy(rule => rule.Key).Select(rule => rule.Value));
        return outcome;
    }

    private void Approve(ServedView view, RuleResult result, RuleVerdict verdict)
    {
        Approvals++;
        result.Approvals++;
        _updates.Add(verdict.Update.UpdateId);
        if (!hasDetails || _told >= MostApprovals) return;
        _told++;
        result.Approved.Add(new RuleApproval { UpdateId = Positions.Id(verdict.Update.UpdateId), Title = verdict.Update.Latest!.Title, Group = RuleMessages.GroupOf(view, verdict.GroupId) }); // What is approved has a revision.
    }

    private void Skip(RuleResult result, RuleVerdict verdict)
    {
        if (verdict.Reason != Domain.Approvals.Rules.RuleSkipReason.AlreadyDecided) Skipped++;
        var reason = (RuleSkipReason)verdict.Reason;
        var skipped = result.Skipped.FirstOrDefault(each => each.Reason == reason);
        if (skipped is null)
        {
            skipped = new RuleSkipped { Reason = reason, Example = hasDetails ? $"{verdict.Update.Latest?.Title} ({verdict.Update.UpdateId:D}): {verdict.Words}" : "" };
            result.Skipped.Add(skipped);
        }

        skipped.Count++;
    }
}
