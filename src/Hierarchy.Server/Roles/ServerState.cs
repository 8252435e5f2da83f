using Hierarchy.Domain.Sites;

namespace Hierarchy.Server.Roles;

/// <summary>How a server was when it was last heard of.</summary>
/// <param name="Health">Whether it is still heard of.</param>
/// <param name="Load">Share of its capacity in use; null where only the parent spoke of it.</param>
/// <param name="IsBusy">It asks to be spared.</param>
internal sealed record ServerState(ServerHealth Health, double? Load, bool IsBusy);
