namespace Hierarchy.Domain.Sites;

/// <summary>A place with its own network: what is inside is near, what is outside is across a WAN.</summary>
/// <param name="Name">As the administrator wrote it; unique whatever the letter case.</param>
/// <param name="Subnets">The blocks of addresses that it owns.</param>
public sealed record Site(string Name, IReadOnlyList<Subnet> Subnets);
