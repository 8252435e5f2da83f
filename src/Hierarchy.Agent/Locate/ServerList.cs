namespace Hierarchy.Agent.Locate;

/// <summary>The servers to use, best first.</summary>
/// <param name="Servers">Best first.</param>
/// <param name="Site">This computer's site, as the locator saw it; empty for none.</param>
/// <param name="Address">This computer's address, as the locator saw it.</param>
/// <param name="From">The server that said so.</param>
/// <param name="ValidUntil">When to ask again.</param>
internal sealed record ServerList(IReadOnlyList<ServerPlace> Servers, string Site, string Address, string From, DateTimeOffset ValidUntil);
