namespace Hierarchy.Domain.Office;

/// <summary>Generations of Office, as far as rules differ between them. The numbers are kept in reports.</summary>
public enum OfficeProductLine
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>Office XP, also called 2002.</summary>
    Xp2002 = 1,

    /// <summary>Office 2003.</summary>
    Office2003 = 2,

    /// <summary>Office 2007: the first without administrative installation points.</summary>
    Office2007 = 3,

    /// <summary>Office 2010 or later from Windows Installer packages; which one is said beside it.</summary>
    Later = 4,

    /// <summary>Office that streams and updates itself, of whatever version: not serviced from here.</summary>
    ClickToRun = 5,
}
