namespace Hierarchy.Domain.Office;

/// <summary>What an agent says of Office on its computer. A computer without an agent says nothing of the kind.</summary>
/// <param name="IsKnown">False where the agent could not look.</param>
/// <param name="Installations">What it found.</param>
public sealed record OfficeReport(bool IsKnown, IReadOnlyList<OfficeInstallation> Installations)
{
    /// <summary>The agent could not look.</summary>
    public static OfficeReport NotKnown { get; } = new(IsKnown: false, []);

    /// <summary>Most copies that are kept of one computer; Windows Installer lists each program of a suite by itself.</summary>
    public const int MaxInstallations = 256;

    /// <inheritdoc/>
    public bool Equals(OfficeReport? other) => other is not null && IsKnown == other.IsKnown && Installations.SequenceEqual(other.Installations);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsKnown, Installations.Count);
}
