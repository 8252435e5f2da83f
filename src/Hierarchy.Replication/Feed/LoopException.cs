namespace Hierarchy.Replication.Feed;

/// <summary>A follower feeds, directly or through others, the server that it wants to follow. It needs another parent.</summary>
internal sealed class LoopException(string message) : Exception(message);
