namespace Hierarchy.Domain.View;

/// <summary>How an update stands to those that replace each other, as WSUS's console shows it.</summary>
public enum SupersedenceState
{
    /// <summary>It replaces nothing here, and nothing replaces it.</summary>
    None = 0,

    /// <summary>It replaces others, and nothing replaces it: the one to approve.</summary>
    Supersedes = 1,

    /// <summary>Another one replaces it, and it replaces nothing here.</summary>
    Superseded = 2,

    /// <summary>It stands in the middle of a chain.</summary>
    Both = 3,
}
