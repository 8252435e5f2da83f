namespace Hierarchy.Domain.Sites;

/// <summary>A server in the order of a client's preference.</summary>
/// <param name="Server">The server.</param>
/// <param name="Cost">Path cost from the client's site to the server's: 0 inside the site, <see cref="SiteMap.UnknownCost"/> where no path is known.</param>
public readonly record struct RankedServer(ServerLocation Server, int Cost);
