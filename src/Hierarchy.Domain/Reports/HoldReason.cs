namespace Hierarchy.Domain.Reports;

/// <summary>Why a computer does not install an update that it needs and that is approved. The numbers are kept and travel; a later version may add some.</summary>
public enum HoldReason
{
    /// <summary>Nothing holds it.</summary>
    None = 0,

    /// <summary>Office XP or 2003 comes from an administrative installation point that was updated (Cc720471, KB 903773).</summary>
    UpdatedInstallPoint = 1,

    /// <summary>It is a copy of one user, and such copies are not updated (Cc720471).</summary>
    PerUserNever = 2,

    /// <summary>It is a copy of one user, who is not logged on now (Cc720493).</summary>
    UserNotLoggedOn = 3,

    /// <summary>It was installed twice with success and was wanted again each time.</summary>
    StillWanted = 4,

    /// <summary>The same, on a computer where a copy of a user and a copy of the computer stand side by side (KB 903775).</summary>
    StillWantedMixed = 5,

    /// <summary>Click-to-Run Office is not serviced by this system.</summary>
    ClickToRun = 6,
}
