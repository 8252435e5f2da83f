namespace Hierarchy.Domain.Changes;

/// <summary>A whole transaction of a log, as its authority committed it or a follower folded it.</summary>
/// <param name="Records">Ascending by sequence. A sequence between the head before and the head after that is missing here was replaced within the transaction.</param>
/// <param name="Head">The head after it.</param>
public sealed record CommittedTransaction(IReadOnlyList<ChangeRecord> Records, LogHead Head);
