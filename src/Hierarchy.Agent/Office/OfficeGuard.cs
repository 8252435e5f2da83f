using Hierarchy.Agent.Install;
using Hierarchy.Agent.Scan;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Office;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Office;

/// <summary>
/// Applies the rules of Office to a plan. An update is one of Office by the products that its document names (a bundle's own; its children come with it). For copies of users its own rules are asked again with
/// that user's registry and folders.
/// </summary>
internal sealed class OfficeGuard(OfficeTries tries)
{
    /// <summary>Takes from the plan what is held, and adds what is to be installed for single users.</summary>
    /// <param name="scan">What the updates are to the computer.</param>
    /// <param name="plan">What would be installed without these rules.</param>
    /// <param name="survey">Office and users.</param>
    /// <param name="policy">What was decided.</param>
    /// <param name="evaluate">What a revision is to a user; null when it is not among the decisions.</param>
    internal OfficePlan Apply(ScanResult scan, InstallPlan plan, OfficeSurvey survey, OfficePolicy policy, Func<RevisionId, OfficeUser, ApplicabilityResult?> evaluate)
    {
        var updates = plan.Updates.ToDictionary(update => update.Decision.Id);
        var result = new Result(plan);
        if (survey.Report.Installations.Count > 0)
            foreach (var decision in scan.Decisions.Values.OrderBy(decision => decision.Number))
                Judge(scan, decision, survey, policy, evaluate, updates, result);
        result.Updates.InsertRange(0, plan.Updates.Where(update => updates.ContainsKey(update.Decision.Id)).Select(update => updates[update.Decision.Id]));
        return new OfficePlan(new InstallPlan(result.Updates, result.Skipped), result.Held, result.Users, result.Holds, result.UsersOnly);
    }

    private void Judge(
        ScanResult scan, ClientDecision decision, OfficeSurvey survey, OfficePolicy policy, Func<RevisionId, OfficeUser, ApplicabilityResult?> evaluate, Dictionary<RevisionId, PlannedUpdate> updates, Result result)
    {
        var revision = scan.Revisions[decision.Id];
        if (decision.Action == Domain.Approvals.DecisionAction.Bundle || OfficeProduct.Of(revision.Categories) is not { Count: > 0 } products) return;
        var concerned = survey.Report.Installations.Where(copy => products.Any(product => product.IsOf(copy))).ToArray();
        if (concerned.Length == 0) return;
        var fingerprint = OfficeTries.Fingerprint(decision.Id, concerned);
        var verdicts = OfficeRules.Judge(products, survey.Report.Installations, policy, survey.Known, user => tries.CountOf(decision.Id.UpdateId, user, fingerprint));
        // What is to be removed is removed, wherever it came from; that it is held is of no matter then.
        var isRemoval = decision.Action == Domain.Approvals.DecisionAction.Uninstall;
        var isOfComputer = false;
        foreach (var verdict in verdicts)
        {
            isOfComputer |= verdict.User.Length == 0;
            var state = verdict.User.Length == 0 ? scan.StateOf(decision.Id) : OfUser(verdict, survey.UserOf(verdict.User));
            if (!verdict.IsOffered) Hold(verdict, state);
            else if (verdict.User.Length == 0 && !isRemoval && updates.TryGetValue(decision.Id, out var planned)) updates[decision.Id] = planned with { OfficeFingerprint = fingerprint };
        }

        if (isOfComputer) return;
        if (!isRemoval) updates.Remove(decision.Id);
        result.UsersOnly.Add(decision.Id);

        void Hold(OfficeVerdict verdict, UpdateState state)
        {
            if (verdict.User.Length == 0 && !isRemoval) updates.Remove(decision.Id);
            var isMissed = decision.Action is Domain.Approvals.DecisionAction.Install or Domain.Approvals.DecisionAction.OptionalInstall && state == UpdateState.NotInstalled;
            if (isMissed || verdict.Hold == HoldReason.ClickToRun) result.Holds[(decision.Id, verdict.User)] = verdict.Hold;
            if (isMissed) result.Held.Add(new HeldUpdate(decision.Id, revision.Texts[0].Title, verdict.User, verdict.Hold, OfficeWords.Of(verdict.Hold, verdict.Installations)));
        }

        UpdateState OfUser(OfficeVerdict verdict, OfficeUser user)
        {
            var verdictOfRules = evaluate(decision.Id, user);

            // The registry of a user who is not logged on may not be there to be read: needed, until the logon tells.
            var state = verdictOfRules is null or { IsUndecided: true } && !user.IsLoggedOn ? UpdateState.NotInstalled : verdictOfRules?.State ?? UpdateState.NotApplicable;
            result.Users.Add(new UserState(decision.Id, verdict.User, state));
            if (!verdict.IsOffered || !decision.IsInstall || state != UpdateState.NotInstalled) return state;
            var leaves = InstallPlan.LeavesOf(scan, revision, id => evaluate(id, user)?.State ?? UpdateState.Unknown);
            if (leaves.Count == 0) return state;
            if (leaves.Select(CommandLineInstaller.WhyNot).FirstOrDefault(reason => reason is not null) is { } reason)
                result.Skipped.Add(new SkippedUpdate(decision.Id, revision.Texts[0].Title, $"for user {verdict.User}: {reason}"));
            else
                result.Updates.Add(new PlannedUpdate(decision, revision, leaves) { User = user, OfficeFingerprint = fingerprint });
            return state;
        }
    }

    private sealed class Result(InstallPlan plan)
    {
        internal List<PlannedUpdate> Updates { get; } = [];

        internal List<SkippedUpdate> Skipped { get; } = [.. plan.Skipped];

        internal List<HeldUpdate> Held { get; } = [];

        internal List<UserState> Users { get; } = [];

        internal Dictionary<(RevisionId Id, string User), HoldReason> Holds { get; } = [];

        internal HashSet<RevisionId> UsersOnly { get; } = [];
    }
}
