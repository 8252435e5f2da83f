namespace Hierarchy.Domain.Approvals;

/// <summary>What a client is to do with a revision; the numbers of the client contract.</summary>
public enum DecisionAction
{
    /// <summary>Decide whether it applies and report; install nothing. [MS-WUSP] PreDeploymentCheck and Evaluate.</summary>
    Evaluate = 1,

    /// <summary>Install where it applies.</summary>
    Install = 2,

    /// <summary>Remove where installed.</summary>
    Uninstall = 3,

    /// <summary>Offer to the user.</summary>
    OptionalInstall = 4,

    /// <summary>Part of a bundle: installed with it, never by itself.</summary>
    Bundle = 5,
}
