namespace Hierarchy.Domain.Sites;

/// <summary>The cost of the cheapest path between two different sites, symmetric, 1 or more; null when no path is known.</summary>
public delegate int? PathCost(string fromSite, string toSite);
