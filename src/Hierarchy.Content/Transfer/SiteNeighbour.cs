namespace Hierarchy.Content.Transfer;

/// <summary>A server of this server's site that takes its files from outside the site, as this one does.</summary>
/// <param name="Id">The server.</param>
/// <param name="ContentUrl">Where its content answers.</param>
public sealed record SiteNeighbour(Guid Id, Uri ContentUrl);
