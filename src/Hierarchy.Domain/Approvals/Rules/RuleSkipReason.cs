namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>Why a rule that matches an update does not approve it for a group.</summary>
public enum RuleSkipReason
{
    /// <summary>It does.</summary>
    None = 0,

    /// <summary>Something is decided for that group already; no rule goes over it.</summary>
    AlreadyDecided = 1,

    /// <summary>The group is there no more.</summary>
    GroupGone = 2,

    /// <summary>It is declined.</summary>
    Declined = 3,

    /// <summary>Its publisher withdrew it.</summary>
    Expired = 4,

    /// <summary>Its licence, or one of what it brings, is not accepted.</summary>
    EulaNotAccepted = 5,

    /// <summary>It may ask the user something while it installs, so it takes no deadline.</summary>
    DeadlineWithUserInput = 6,

    /// <summary>What it needs or brings, or what needs it, is to be removed from the same computers.</summary>
    OppositeOfDependency = 7,

    /// <summary>Another rule of approvals stands against it.</summary>
    Refused = 8,
}
