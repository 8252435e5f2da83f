namespace Hierarchy.Domain.Office;

/// <summary>What was done to an administrative installation point since it was made (KB 902349). The numbers are kept in reports.</summary>
public enum OfficeSourceState
{
    /// <summary>Nothing tells.</summary>
    Unknown = 0,

    /// <summary>Nothing: the original.</summary>
    Baseline = 1,

    /// <summary>It is at Office 2003 SP2 or later: every update from there on is full-file, and is detected and installed rightly.</summary>
    Sp2OrLater = 2,

    /// <summary>Something else was applied to it.</summary>
    Updated = 3,
}
