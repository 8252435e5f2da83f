using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using DeclineVerdict = Hierarchy.Domain.Approvals.Rules.DeclineVerdict;

namespace Hierarchy.Server.Rules;

/// <summary>Counts what decline rules made of superseded updates, and remembers some of each kind.</summary>
internal sealed class DeclineTally
{
    private const int MostTold = 1000;

    private readonly List<(UpdateEntry Update, DeclineVerdict Verdict, string Rule)> _declined = [];
    private readonly List<(UpdateEntry Update, DeclineVerdict Verdict, string Rule)> _kept = [];
    private readonly Dictionary<DeclineVerdict, int> _reasons = [];

    /// <summary>Updates that were declined.</summary>
    public int Declined { get; private set; }

    private int ApprovalsRemoved { get; set; }

    public void Add(UpdateEntry update, DeclineVerdict verdict, string rule)
    {
        if (verdict == DeclineVerdict.Decline)
        {
            Declined++;
            ApprovalsRemoved += update.Approvals.Count;
        }
        else
        {
            _reasons[verdict] = _reasons.GetValueOrDefault(verdict) + 1;
        }

        var told = verdict == DeclineVerdict.Decline ? _declined : _kept;
        if (told.Count < MostTold) told.Add((update, verdict, rule));
    }

    /// <summary>What came of it; described by the view in which they were superseded.</summary>
    public async Task<DeclineOutcome> ToOutcomeAsync(ServedView before, SupersededReport report, CancellationToken cancellationToken)
    {
        var outcome = new DeclineOutcome { Declined = Declined, ApprovalsRemoved = ApprovalsRemoved };
        foreach (var (verdict, count) in _reasons) outcome.Kept[(int)verdict] = count;
        var told = _declined.Concat(_kept).ToArray();
        var described = await report.DescribeAsync(before, [.. told.Select(each => each.Update)], cancellationToken);
        outcome.Candidates.Add(told.Zip(described, (each, update) => new DeclineCandidate { Update = update, Verdict = (Protocol.Admin.V1.DeclineVerdict)each.Verdict, Rule = each.Rule }));
        return outcome;
    }
}
