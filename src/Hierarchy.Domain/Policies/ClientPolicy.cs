namespace Hierarchy.Domain.Policies;

/// <summary>
/// How computers behave: decided for a group, or (merged from all groups of a computer, <see cref="EffectivePolicy"/>) for one computer. What is null is said by the group above; where none
/// says it, the default holds.
/// </summary>
public sealed record ClientPolicy
{
    /// <summary>Nothing is said.</summary>
    public static ClientPolicy None { get; } = new();

    /// <summary>What is done without a user. Null everywhere: what is found is installed at once.</summary>
    public AutomaticUpdates? AutomaticUpdates { get; init; }

    /// <summary>Hours between two detections, 1 to 22; default 22.</summary>
    public int? DetectionHours { get; init; }

    /// <summary>When to install where that is scheduled; default <see cref="InstallSchedule.Default"/>.</summary>
    public InstallSchedule? Schedule { get; init; }

    /// <summary>Where a user is logged on, a scheduled installation does not restart the computer.</summary>
    public bool? NoRestartWithUsers { get; init; }

    /// <summary>Minutes after an installation at which the computer restarts even with users, 15 to 180; 0: it does not.</summary>
    public int? AlwaysRestartMinutes { get; init; }

    /// <summary>Minutes between the warning of a scheduled restart and the restart, 1 to 30; default 5.</summary>
    public int? RestartWarningMinutes { get; init; }

    /// <summary>Minutes after which a postponed restart is asked for again, 1 to 1440; default 10.</summary>
    public int? RestartReminderMinutes { get; init; }

    /// <summary>What interrupts nobody is installed at once, whatever the schedule.</summary>
    public bool? InstallMinorAtOnce { get; init; }

    /// <summary>Users that are no administrators are told of updates.</summary>
    public bool? TellNonAdministrators { get; init; }

    /// <summary>Users cannot use Windows Update.</summary>
    public bool? BlockUserAccess { get; init; }

    /// <summary>Recommended updates are treated as important ones.</summary>
    public bool? IncludeRecommended { get; init; }

    /// <summary>Where files are fetched instead of from the server, http or https; empty: nowhere else, whatever the group above says.</summary>
    public string? AlternateDownloadServer { get; init; }

    /// <summary>Default never.</summary>
    public PerUserOffice? PerUserOffice { get; init; }

    /// <summary>Default per device.</summary>
    public OfficeLicence? OfficeLicence { get; init; }

    /// <summary>Users do not fetch updates of Office by themselves.</summary>
    public bool? BlockOfficeOnline { get; init; }

    /// <summary>True when it says nothing.</summary>
    public bool IsNone => this == None;
}
