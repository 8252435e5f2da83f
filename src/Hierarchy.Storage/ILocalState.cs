using Hierarchy.Domain;

namespace Hierarchy.Storage;

/// <summary>
/// What one server knows for itself and never replicates, as bytes by name: anchors and cookies of its upstream, its quarantine, its history of syncs. Durable before an answer; several names
/// change together or not at all. Names are ordered by their UTF-8 bytes and told apart by them, so that a prefix is a folder. Safe for concurrent use.
/// </summary>
public interface ILocalState
{
    /// <summary>The bytes under a name; null when there are none.</summary>
    ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>All names that begin with the prefix, in order, with their bytes.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, byte[]>>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Sets the names together, durably, or none of them; null removes. A name has 1 to 512 bytes in UTF-8.</summary>
    /// <exception cref="ArgumentException">A name is empty or too long; nothing has changed.</exception>
    /// <exception cref="UnavailableException">Nothing has changed.</exception>
    ValueTask SetAllAsync(IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>?>> values, CancellationToken cancellationToken);
}
