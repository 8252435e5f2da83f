using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage;

/// <summary>What an authority's log takes in one transaction, in every dialect.</summary>
internal static class TransactionLimits
{
    private const int MostChanges = 1000;
    private const int MostBytes = 4 << 20;
    private const int LongestKey = 512;

    /// <summary>The bytes of keys and payloads.</summary>
    /// <exception cref="ArgumentException">The changes are too many or too large, or of a kind that the log writes itself.</exception>
    public static long Check(IReadOnlyList<Change> changes)
    {
        if (changes.Count > MostChanges)
            throw new ArgumentException($"A transaction has at most {MostChanges} changes, and this one has {changes.Count}; commit them in parts.", nameof(changes));
        var bytes = 0L;
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            if (change.Kind <= 0 || RecordKinds.IsOwn(change.Kind))
                throw new ArgumentException($"Kind {change.Kind} cannot be written by a commit.", nameof(changes));
            if (change.Key.Length > LongestKey)
                throw new ArgumentException($"A key has at most {LongestKey} bytes, and this one of kind {change.Kind} has {change.Key.Length}.", nameof(changes));
            bytes += change.Key.Length + (change.Payload?.Length ?? 0);
        }

        if (bytes > MostBytes && changes.Count > 1)
            throw new ArgumentException($"A transaction has at most {MostBytes} bytes, and this one has {bytes}; commit its changes in parts.", nameof(changes));
        return bytes;
    }
}
