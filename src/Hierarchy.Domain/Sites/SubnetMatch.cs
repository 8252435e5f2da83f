namespace Hierarchy.Domain.Sites;

/// <summary>The answer to "whose address is this".</summary>
/// <param name="Site">The site that owns the address.</param>
/// <param name="Subnet">The longest prefix that decided.</param>
public readonly record struct SubnetMatch(Site Site, Subnet Subnet);
