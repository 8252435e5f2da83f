namespace Hierarchy.Domain.Approvals;

/// <summary>What becomes of the groups below, or of the group's own decision.</summary>
public enum ApprovalReach
{
    /// <summary>Groups below keep what was decided for them; the others inherit.</summary>
    KeepChildren = 0,

    /// <summary>What was decided for groups below goes: all of them inherit.</summary>
    ApplyToChildren = 1,

    /// <summary>The group's own decision goes: it inherits again. For All Computers, above which there is nothing: not approved.</summary>
    SameAsParent = 2,
}
