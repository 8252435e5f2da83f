namespace Hierarchy.Replication;

/// <summary>Who a server is, as its neighbours in the tree see it.</summary>
/// <param name="Id">Random, kept in the server's data directory.</param>
/// <param name="Name">For people and logs.</param>
/// <param name="ContentUrl">Where its content answers.</param>
public sealed record ServerIdentity(Guid Id, string Name, string ContentUrl);
