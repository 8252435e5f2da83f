namespace Hierarchy.Replication.Rollup;

/// <summary>A question that goes down the tree: verify your records, and pass the question on.</summary>
/// <param name="Id">The verification.</param>
/// <param name="Servers">Who is to verify; nobody named: everybody.</param>
public sealed record VerificationQuestion(Guid Id, IReadOnlyCollection<Guid> Servers);
