namespace Hierarchy.Replication.Follower;

/// <summary>The server that a follower follows, as it introduced itself.</summary>
/// <param name="Url">Where it was called.</param>
/// <param name="Server">Who it is; null until it has answered.</param>
/// <param name="Ancestry">Ids from it up to the root, itself first.</param>
public sealed record ParentStatus(Uri Url, ServerIdentity? Server, IReadOnlyList<Guid> Ancestry);
