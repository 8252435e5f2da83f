namespace Hierarchy.Domain.Sites;

/// <summary>Days of the week; the bits of the catalog contract.</summary>
[Flags]
public enum Weekdays
{
    /// <summary>No day.</summary>
    None = 0,

    /// <summary>Bit 0.</summary>
    Monday = 1,

    /// <summary>Bit 1.</summary>
    Tuesday = 2,

    /// <summary>Bit 2.</summary>
    Wednesday = 4,

    /// <summary>Bit 3.</summary>
    Thursday = 8,

    /// <summary>Bit 4.</summary>
    Friday = 16,

    /// <summary>Bit 5.</summary>
    Saturday = 32,

    /// <summary>Bit 6.</summary>
    Sunday = 64,

    /// <summary>Monday to Friday.</summary>
    Workdays = Monday | Tuesday | Wednesday | Thursday | Friday,

    /// <summary>Saturday and Sunday.</summary>
    Weekend = Saturday | Sunday,

    /// <summary>All seven.</summary>
    EveryDay = Workdays | Weekend,
}
