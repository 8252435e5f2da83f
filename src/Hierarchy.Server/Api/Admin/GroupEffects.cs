using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Effects;
using RecordKind = Hierarchy.Protocol.Catalog.V1.RecordKind;

namespace Hierarchy.Server.Api.Admin;

/// <summary>
/// What changes of groups do to the computers that this server knows: the view that they lead to is made, and nothing is committed. Computers of the same groups before and after are decided once, so that it takes as long
/// for ten of them as for ten thousand.
/// </summary>
internal sealed class GroupEffects(IReportStore reports)
{
    /// <summary>The effect of those changes on that view.</summary>
    public async Task<GroupEffect> OfAsync(ServedView before, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var after = HypotheticalView.After(before, changes);
        var effect = new GroupEffect
        {
            ApprovalsRemoved = Count(changes, RecordKind.Approval),
            AssignmentsChanged = Count(changes, RecordKind.GroupAssignment),
            RulesRemoved = changes.Count(change => change.Kind == (int)RecordKind.GroupRule && change.Payload is null),
        };
        var moves = new Dictionary<(string Before, string After), (Membership Before, Membership After)>();
        foreach (var computer in KnownComputers.Of(before, await reports.ListComputersAsync(cancellationToken)))
        {
            var (was, becomes) = (before.MembershipOf(computer.Facts), after.MembershipOf(computer.Facts));
            if (was.ScopeHash.AsSpan().SequenceEqual(becomes.ScopeHash)) continue;
            moves.TryAdd((Convert.ToHexString(was.ScopeHash), Convert.ToHexString(becomes.ScopeHash)), (was, becomes));
            effect.Computers++;
            if (IsUnassigned(becomes) && !IsUnassigned(was)) effect.ComputersUnassigned++;
        }

        if (moves.Count > 0) Compare(before, after, moves.Values, effect);
        return effect;
    }

    private static int Count(IReadOnlyList<Change> changes, RecordKind kind) => changes.Count(change => change.Kind == (int)kind);

    private static bool IsUnassigned(Membership membership) => membership.TryGetDepth(TargetGroup.UnassignedComputers.Id, out _);

    private static void Compare(ServedView before, ServedView after, IReadOnlyCollection<(Membership Before, Membership After)> moves, GroupEffect effect)
    {
        var (was, becomes) = (new List<Decision>(), new List<Decision>());
        foreach (var update in before.Updates.Values.Where(update => update.Approvals.Count > 0))
        {
            var (changes, begins, ends) = (false, false, false);
            foreach (var (from, to) in moves)
            {
                was.Clear();
                becomes.Clear();
                before.Decide(update, from, was);
                after.Decide(after.Updates[update.UpdateId], to, becomes);
                if (was.SequenceEqual(becomes)) continue;
                changes = true;
                var (acted, acts) = (Acts(was), Acts(becomes));
                begins |= acts && !acted;
                ends |= acted && !acts;
            }

            if (changes) effect.UpdatesChanged++;
            if (begins) effect.UpdatesBegun++;
            if (ends) effect.UpdatesEnded++;
        }
    }

    // What hangs on approvals stands last; of what its publisher withdrew there may be nothing at all.
    private static bool Acts(List<Decision> decisions) => decisions is [.., { Action: DecisionAction.Install or DecisionAction.Uninstall or DecisionAction.OptionalInstall }];
}
