namespace Hierarchy.Domain.Synchronization;

/// <summary>An update that was taken from outside the selection by its id; its later revisions are followed.</summary>
/// <param name="UpdateId">The update.</param>
/// <param name="ImportedAt">When it was asked for.</param>
/// <param name="ImportedBy">Who asked for it.</param>
public sealed record ImportedUpdate(Guid UpdateId, DateTimeOffset ImportedAt, string ImportedBy);
