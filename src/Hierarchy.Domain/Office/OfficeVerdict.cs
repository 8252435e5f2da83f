using Hierarchy.Domain.Reports;

namespace Hierarchy.Domain.Office;

/// <summary>What the rules of Office say about one update for the computer, or for one user of it.</summary>
/// <param name="User">The user; empty for the computer.</param>
/// <param name="Hold">Why it is not offered; none when it is.</param>
/// <param name="Installations">The copies that it is about.</param>
public sealed record OfficeVerdict(string User, HoldReason Hold, IReadOnlyList<OfficeInstallation> Installations)
{
    /// <summary>True when it may be installed as far as Office is concerned.</summary>
    public bool IsOffered => Hold == HoldReason.None;

    /// <summary>Offered, though nothing tells whether a source stands in the way.</summary>
    public bool HasWarning => IsOffered && Installations.Any(installation => installation.IsSourceUncertain);
}
