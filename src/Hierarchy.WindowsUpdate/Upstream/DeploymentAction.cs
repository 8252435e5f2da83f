namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What a deployment of an upstream server does; the numbers of the wire. A number that is not here is kept as it came.</summary>
public enum DeploymentAction
{
    /// <summary>Install where needed.</summary>
    Install = 0,

    /// <summary>Remove where installed.</summary>
    Uninstall = 1,

    /// <summary>Evaluate and report: what every update has that nobody decided about.</summary>
    PreDeploymentCheck = 2,

    /// <summary>Not offered: the administrator's NotApproved for a group.</summary>
    Block = 3,

    /// <summary>Evaluated for others that depend on it.</summary>
    Evaluate = 4,

    /// <summary>Part of a bundle; follows it.</summary>
    Bundle = 5,
}
