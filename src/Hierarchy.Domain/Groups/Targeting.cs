namespace Hierarchy.Domain.Groups;

/// <summary>Who says which groups a computer is in; one switch for the whole tree.</summary>
public enum Targeting
{
    /// <summary>The administrator where the computer was put into a group, otherwise the computer. So it is as long as nobody decides.</summary>
    Either = 0,

    /// <summary>The administrator; what a computer names means nothing.</summary>
    Server = 1,

    /// <summary>The computer; where it was put means nothing.</summary>
    Client = 2,
}
