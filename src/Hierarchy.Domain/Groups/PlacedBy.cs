namespace Hierarchy.Domain.Groups;

/// <summary>Who says that a computer is in a group.</summary>
public enum PlacedBy
{
    /// <summary>Nobody named another group: it is in Unassigned Computers.</summary>
    Nobody = 0,

    /// <summary>An administrator put it there.</summary>
    Administrator = 1,

    /// <summary>A rule does.</summary>
    Rule = 2,

    /// <summary>The computer itself.</summary>
    Computer = 3,
}
