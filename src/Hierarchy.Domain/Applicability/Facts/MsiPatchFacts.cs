namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>A patch applied to a Windows Installer product.</summary>
/// <param name="Code">Patch code.</param>
/// <param name="Families">Its sequence in the families whose earlier patches it supersedes; null when they were not looked up.</param>
public sealed record MsiPatchFacts(Guid Code, IReadOnlyDictionary<string, FourPartVersion>? Families)
{
    /// <summary>Codes of the patches that it replaces by name, whatever their families (the ObsoletedPatch entries of its summary).</summary>
    public IReadOnlyList<Guid> Obsoletes { get; init; } = [];
}
