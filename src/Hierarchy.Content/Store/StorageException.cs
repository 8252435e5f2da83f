using Hierarchy.Domain;

namespace Hierarchy.Content.Store;

/// <summary>This server's own storage is full, or fails: no origin is to blame, and none other would help.</summary>
internal sealed class StorageException : UnavailableException
{
    public StorageException(string message) : base(message) { }

    public StorageException(string message, Exception inner) : base(message, inner) { }
}
