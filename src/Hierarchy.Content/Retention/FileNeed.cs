namespace Hierarchy.Content.Retention;

/// <summary>How much a stored file is needed; the least needed go first where there is a limit.</summary>
public enum FileNeed
{
    /// <summary>No approved update has it, or its policy is never.</summary>
    None = 0,

    /// <summary>An approved update has it; clients ask for it themselves.</summary>
    OnDemand = 1,

    /// <summary>It is to be here before anyone asks.</summary>
    Ahead = 2,

    /// <summary>Likewise, and by a deadline.</summary>
    Deadline = 3,
}
