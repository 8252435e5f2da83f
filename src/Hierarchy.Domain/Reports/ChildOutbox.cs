namespace Hierarchy.Domain.Reports;

/// <summary>How far a child's outbox was taken.</summary>
/// <param name="ServerId">The child.</param>
/// <param name="Incarnation">The life of its outbox.</param>
/// <param name="Received">The highest number taken and durable here.</param>
/// <param name="Rooted">The highest number that the root has durably: at the root itself, everything received. Says nothing where a child's batch is merged.</param>
/// <param name="Chapter">The chapter in which the child gave the number <paramref name="Received"/>; empty where it did not say. See <see cref="IReportStore.ChapterOf"/>.</param>
public sealed record ChildOutbox(string ServerId, Guid Incarnation, long Received, long Rooted = 0, Guid Chapter = default);
