namespace Hierarchy.Domain.Policies;

/// <summary>What Automatic Updates does by itself; the numbers of Windows' AUOptions.</summary>
public enum AutomaticUpdates
{
    /// <summary>Tells of updates; downloads and installs when told to.</summary>
    Notify = 2,

    /// <summary>Downloads; installs when told to.</summary>
    Download = 3,

    /// <summary>Downloads, and installs at the scheduled time.</summary>
    Scheduled = 4,

    /// <summary>The administrator of the computer chooses.</summary>
    Local = 5,

    /// <summary>Downloads; installs, and restarts, when told to. Windows Server 2016 and later.</summary>
    NotifyInstallAndRestart = 7,
}
