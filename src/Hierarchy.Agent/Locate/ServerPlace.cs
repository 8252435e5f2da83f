namespace Hierarchy.Agent.Locate;

/// <summary>A server that the locator named, or one that the operator did.</summary>
/// <param name="Name">Its name; empty for one that the operator named.</param>
/// <param name="Site">Its site.</param>
/// <param name="GrpcUrl">Where it answers.</param>
/// <param name="ContentUrl">Where its content answers; empty until it says so itself.</param>
/// <param name="Cost">Path cost from here.</param>
internal sealed record ServerPlace(string Name, string Site, string GrpcUrl, string ContentUrl, int Cost);
