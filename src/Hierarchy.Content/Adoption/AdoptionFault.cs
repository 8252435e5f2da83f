namespace Hierarchy.Content.Adoption;

/// <summary>A file that was not taken.</summary>
/// <param name="Path">Below the folder.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record AdoptionFault(string Path, string Reason);
