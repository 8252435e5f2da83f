namespace Hierarchy.Domain.Catalog;

/// <summary>The InstallationBehavior element.</summary>
/// <param name="Impact">`Normal`, `Minor` or `RequiresExclusiveHandling`.</param>
/// <param name="RebootBehavior">`NeverReboots`, `AlwaysRequiresReboot` or `CanRequestReboot`.</param>
/// <param name="CanRequestUserInput">Such an update takes no deadline.</param>
/// <param name="RequiresNetworkConnectivity">It fetches more while it installs.</param>
public sealed record InstallationBehavior(string Impact, string RebootBehavior, bool CanRequestUserInput, bool RequiresNetworkConnectivity)
{
    /// <summary>What an absent element or attribute means.</summary>
    public static InstallationBehavior Default { get; } = new("Normal", "NeverReboots", CanRequestUserInput: false, RequiresNetworkConnectivity: false);
}
