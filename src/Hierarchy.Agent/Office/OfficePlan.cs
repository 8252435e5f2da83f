using Hierarchy.Agent.Install;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Agent.Office;

/// <summary>An update of Office that is needed and approved, and held.</summary>
/// <param name="Id">It.</param>
/// <param name="Title">Its title.</param>
/// <param name="User">For whom; empty for the computer.</param>
/// <param name="Hold">Why.</param>
/// <param name="Words">The same in sentences, remedies last.</param>
internal sealed record HeldUpdate(RevisionId Id, string Title, string User, HoldReason Hold, IReadOnlyList<string> Words);

/// <summary>What an update is to one user, by the update's own rules.</summary>
internal readonly record struct UserState(RevisionId Id, string User, UpdateState State);

/// <summary>A plan after the rules of Office.</summary>
/// <param name="Plan">What is to be installed, for the computer and for users.</param>
/// <param name="Held">What is held instead.</param>
/// <param name="Users">What updates of Office are to users with a copy.</param>
/// <param name="Holds">Why an update is held, by revision and user; with what is not serviced, needed or not.</param>
/// <param name="UsersOnly">Updates that are no matter of the computer, but of its users.</param>
internal sealed record OfficePlan(
    InstallPlan Plan, IReadOnlyList<HeldUpdate> Held, IReadOnlyList<UserState> Users, IReadOnlyDictionary<(RevisionId Id, string User), HoldReason> Holds, IReadOnlySet<RevisionId> UsersOnly)
{
    /// <summary>True when something waits for a user to log on.</summary>
    internal bool IsWaitingForUsers => Held.Any(held => held.Hold == HoldReason.UserNotLoggedOn);

    /// <summary>Why the revision is held for that user.</summary>
    internal HoldReason HoldOf(RevisionId id, string user = "") => Holds.GetValueOrDefault((id, user));
}
