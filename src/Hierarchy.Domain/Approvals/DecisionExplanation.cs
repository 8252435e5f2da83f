using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Domain.Approvals;

/// <summary>What is decided about an update for one computer, with every rule that led to it, in words. It is worked out step by step beside the decision itself, and always agrees with it.</summary>
/// <param name="Action">What the computer is told to do; null when it is told nothing of the update.</param>
/// <param name="RevisionNumber">The revision that it is told of; 0 for none.</param>
/// <param name="Deadline">By when; null for none.</param>
/// <param name="IsDeadlineFloating">The deadline is by the clock on the computer's wall.</param>
/// <param name="GroupId">The group whose approval counts; null when none does.</param>
/// <param name="Reasons">In the order in which they were asked.</param>
public sealed record DecisionExplanation(DecisionAction? Action, int RevisionNumber, DateTimeOffset? Deadline, bool IsDeadlineFloating, Guid? GroupId, IReadOnlyList<string> Reasons)
{
    /// <summary>Explains it to a computer, beginning with who says in which groups it is.</summary>
    public static DecisionExplanation Of(ServedView view, UpdateEntry update, ComputerFacts computer)
    {
        ArgumentNullException.ThrowIfNull(view);
        var explanation = Of(view, update, view.MembershipOf(computer), view.PlacementOf(computer));
        return explanation is { IsDeadlineFloating: true, Deadline: { } wall } ? explanation with { Reasons = [.. explanation.Reasons, Due(view, wall, computer)] } : explanation;
    }

    private static string Due(ServedView view, DateTimeOffset wall, ComputerFacts computer)
    {
        var site = view.SiteOf(computer);
        var by = computer.UtcOffset is { } offset ? $"its clock was {(offset < TimeSpan.Zero ? "behind" : "ahead of")} UTC by {offset:hh\\:mm} at its last report"
            : site?.FindZone() is { } zone ? $"it did not say how far its clock is ahead, and its site {site.Name} is in {zone.Id}"
            : site is { TimeZone.Length: > 0 } ? $"it did not say how far its clock is ahead, and this server does not know the zone {site.TimeZone} of its site {site.Name}: taken for UTC"
            : "it did not say how far its clock is ahead, and its site has no time zone: taken for UTC";
        return $"{wall:HH:mm} on the wall of this computer is {view.DueAt(wall, isFloating: true, computer):yyyy-MM-dd HH:mm} UTC: {by}.";
    }

    /// <summary>Explains it to whoever is in these groups.</summary>
    public static DecisionExplanation Of(ServedView view, UpdateEntry update, Membership membership, IReadOnlyList<GroupPlace>? places = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(update);
        ArgumentNullException.ThrowIfNull(membership);
        var reasons = new List<string>();
        if (update.Latest is not { } latest) return Nothing("The catalog holds no revision of it.");
        if (update.IsDeclined) return Nothing("It is declined: neither offered nor evaluated anywhere. `hierarchy decline UPDATE --undo` takes that back; it is not approved then.");

        reasons.Add($"The computer is in {(places is null ? string.Join(", ", membership.Direct) : Words(view.Groups, places))}, and in what {(membership.Direct.Count == 1 ? "that is" : "these are")} nested in.");
        var isWithdrawn = latest.PublicationState == PublicationState.Expired;
        var isDetection = latest.Type is UpdateType.Detectoid or UpdateType.Category;
        if (isWithdrawn) reasons.Add($"Its publisher withdrew it (revision {latest.Id.RevisionNumber}): it can be uninstalled, and nothing else.");
        if (isDetection)
        {
            reasons.Add($"It is a {latest.Type.ToString().ToLowerInvariant()}: it installs nothing, others depend on it.");
            return isWithdrawn ? new(null, 0, null, IsDeadlineFloating: false, GroupId: null, reasons) : Told(DecisionAction.Evaluate, latest, null);
        }

        var winner = new ApprovalContest(view.Groups, membership).Decide(update.Approvals, reasons);
        var action = winner?.Action switch
        {
            ApprovalAction.Install => DecisionAction.Install,
            ApprovalAction.OptionalInstall => DecisionAction.OptionalInstall,
            ApprovalAction.Uninstall => DecisionAction.Uninstall,
            _ => (DecisionAction?)null,
        };
        if (isWithdrawn) return action == DecisionAction.Uninstall ? Told(DecisionAction.Uninstall, latest, winner) : new(null, 0, null, IsDeadlineFloating: false, winner?.GroupId, reasons);
        if (action is { } acts)
        {
            var counting = update.RevisionFor(winner!); // Only an approval acts.
            if (!ReferenceEquals(counting, latest)) reasons.Add(WhyHeld(view, latest, winner!, counting)); // Likewise.
            if (counting is not null) return Told(acts, counting, winner);
        }

        if (action is null) reasons.Add("Nothing unapproved is installed.");
        if (!latest.IsExplicitlyDeployable && view.BundlesOf(latest.Id) is [var first, ..] bundles)
        {
            reasons.Add($"It comes with {(bundles.Count == 1 ? "" : $"{bundles.Count} bundles, e.g. ")}{ApprovalRules.NameOf(first)}, and is installed with {(bundles.Count == 1 ? "that" : "those")} alone.");
            return Told(DecisionAction.Bundle, latest, winner);
        }

        reasons.Add("The computer evaluates it and reports whether it is needed, as it does with every update that is not declined.");
        return Told(DecisionAction.Evaluate, latest, winner);

        static string Words(GroupTree groups, IReadOnlyList<GroupPlace> places) => string.Join(", ", places.GroupBy(place => place.GroupId).Select(place =>
            $"{groups.Find(place.Key)?.Name} ({string.Join("; ", place.Select(Says))})"));

        static string Says(GroupPlace place) => place.By switch
        {
            PlacedBy.Administrator => "put there",
            PlacedBy.Rule => $"by the rule '{place.Rule}'",
            PlacedBy.Computer => "it asks for it",
            _ => "nobody put it elsewhere",
        };

        static string WhyHeld(ServedView view, CatalogEntry latest, Approval approval, CatalogEntry? counting)
        {
            if (view.DecisionSettings.KeepsApprovedRevisions && counting?.Id.RevisionNumber == approval.RevisionNumber)
                return $"Approvals stay with the revision that was approved (hierarchy decisions show): it gets revision {counting.Id.RevisionNumber}, and revision {latest.Id.RevisionNumber} when that is approved.";
            var licences = string.Join(", ", Eulas.NotAccepted(view, latest).Select(id => id.ToString("D")));
            return $"Revision {latest.Id.RevisionNumber} has a licence that nobody accepted ({licences}), so the approval does not move to it: "
                + (counting is null ? "no revision that was approved may be installed" : $"it gets revision {counting.Id.RevisionNumber}")
                + $" until then. Read it: hierarchy eulas list --update {latest.Id.UpdateId:D} --text.";
        }

        DecisionExplanation Nothing(string reason) => new(null, 0, null, IsDeadlineFloating: false, GroupId: null, [reason]);

        DecisionExplanation Told(DecisionAction told, CatalogEntry entry, Approval? by)
        {
            var counts = told is DecisionAction.Install or DecisionAction.OptionalInstall or DecisionAction.Uninstall;
            if (counts && by is { Deadline: { } deadline })
                reasons.Add(by.IsDeadlineFloating
                    ? $"The deadline is {deadline:yyyy-MM-dd HH:mm} by the computer's own clock; when that is past, it is done at the next contact."
                    : $"The deadline is {deadline:yyyy-MM-dd HH:mm} UTC; when that is past, it is done at the next contact.");
            if (counts && by!.RevisionNumber < entry.Id.RevisionNumber) reasons.Add($"Revision {by.RevisionNumber} was approved, and the approval went over to revision {entry.Id.RevisionNumber}."); // Only an approval counts.
            if (counts) reasons.Add("Whether it applies is for the computer to find out, by the update's own rules; what it needs is evaluated, and what it bundles comes with it.");
            return new(told, entry.Id.RevisionNumber, counts ? by?.Deadline : null, counts && by is { IsDeadlineFloating: true }, by?.GroupId, reasons);
        }
    }
}
