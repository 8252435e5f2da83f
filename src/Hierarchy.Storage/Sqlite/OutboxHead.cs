namespace Hierarchy.Storage.Sqlite;

/// <summary>Where the outbox stands: swapped whole.</summary>
internal sealed record OutboxHead(Guid Incarnation, long Head, long Rooted);
