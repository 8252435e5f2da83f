namespace Hierarchy.Testing.Namespaces;

/// <summary>Where a program runs in a <see cref="SiteNetwork"/>.</summary>
/// <param name="Namespace">The namespace's name.</param>
/// <param name="Address">Its IPv4 address.</param>
/// <param name="Site">0 for headquarters.</param>
public sealed record HostPlace(string Namespace, string Address, int Site);
