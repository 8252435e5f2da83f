using Hierarchy.Agent.Install;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Policies;

namespace Hierarchy.Agent.Policies;

/// <summary>What may be done with an update now.</summary>
/// <param name="CanDownload">Its files may be fetched.</param>
/// <param name="CanInstall">It may be installed, or removed.</param>
/// <param name="Reason">What it waits for, in words; empty when for nothing.</param>
/// <param name="Until">When that ends by itself; null when somebody must act.</param>
internal readonly record struct Permission(bool CanDownload, bool CanInstall, string Reason, DateTimeOffset? Until)
{
    internal static Permission Everything { get; } = new(CanDownload: true, CanInstall: true, "", Until: null);
}

/// <summary>
/// What Automatic Updates may do by itself, at one moment. A hold goes before everything; then a deadline that is due, whatever the mode; then what the user said; then the mode. Pure.
/// </summary>
/// <param name="mode">Null: what is found is installed at once.</param>
/// <param name="installMinorAtOnce">What interrupts nobody does not wait where its files are fetched by themselves.</param>
/// <param name="now">The moment.</param>
/// <param name="zone">This computer's zone: deadlines may be by its wall.</param>
/// <param name="scheduledAt">The moment from which on a scheduled installation is made.</param>
/// <param name="isWanted">True for updates that the user said to install.</param>
internal sealed class InstallGate(AutomaticUpdates? mode, bool installMinorAtOnce, DateTimeOffset now, TimeZoneInfo zone, DateTimeOffset scheduledAt, Func<Guid, bool> isWanted)
{
    internal Permission Of(PlannedUpdate update)
    {
        if (update.Hold is { } hold) return new Permission(CanDownload: false, CanInstall: false, hold, Until: null);
        var deadline = MomentOf(update.Decision, zone);
        if (deadline <= now || isWanted(update.Decision.Id.UpdateId)) return Permission.Everything;
        if (update.Decision.Action == DecisionAction.OptionalInstall)
            return new Permission(CanDownload: false, CanInstall: false, "it is offered: whoever wants it says `hierarchy-agent install-now --update`", deadline);
        var permission = mode switch
        {
            null => Permission.Everything,
            AutomaticUpdates.Scheduled when now >= scheduledAt => Permission.Everything,
            AutomaticUpdates.Scheduled => new Permission(CanDownload: true, CanInstall: false, "it is installed at the scheduled time", scheduledAt),
            AutomaticUpdates.Notify => new Permission(CanDownload: false, CanInstall: false, "it is fetched and installed when somebody says `hierarchy-agent install-now`", Until: null),
            _ => new Permission(CanDownload: true, CanInstall: false, "it is installed when somebody says `hierarchy-agent install-now`", Until: null),
        };
        if (permission is { CanDownload: true, CanInstall: false } && installMinorAtOnce && IsMinor(update)) return Permission.Everything;
        if (permission.CanInstall || deadline is null) return permission;
        return permission with { Until = permission.Until is { } until && until < deadline ? until : deadline };
    }

    /// <summary>When a decision's deadline falls due on this computer; null for none.</summary>
    internal static DateTimeOffset? MomentOf(ClientDecision decision, TimeZoneInfo zone) =>
        decision.Deadline is not { } deadline ? null : decision.IsDeadlineFloating ? FloatingDeadline.MomentOf(deadline, offset: null, zone) : deadline;

    private static bool IsMinor(PlannedUpdate update) =>
        !update.IsRemoval && update.Leaves.All(leaf => leaf.Installation is { Impact: "Minor", RebootBehavior: "NeverReboots", CanRequestUserInput: false });
}
