namespace Hierarchy.Domain.Changes;

/// <summary>What every server can read of a log that it holds, whether its own or a mirror. Safe for concurrent use.</summary>
public interface ILogReader
{
    /// <summary>The head after the last durable transaction; swapped whole.</summary>
    LogHead Head { get; }

    /// <summary>The epochs of the log's history, ascending.</summary>
    IReadOnlyList<Epoch> Epochs { get; }

    /// <summary>Records above <paramref name="after"/> in log order, with the head of the same read transaction. Short: it ends at either limit, but holds at least one record if there is one.</summary>
    ValueTask<LogPage> ReadPageAsync(long after, int maxRecords, int maxBytes, CancellationToken cancellationToken);

    /// <summary>The state of one key; null when it never existed, or its tombstone is gone.</summary>
    ValueTask<ChangeRecord?> FindAsync(int kind, ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>Live records of a kind whose keys have one length, by the keys' bytes, the highest first: for what is not kept in memory. Reads what it returns and what it passes over, and nothing else.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="below">Only keys that sort below it; null for all.</param>
    /// <param name="skip">Passes over so many first.</param>
    /// <param name="maxRecords">At most so many, up to 1,000.</param>
    /// <param name="cancellationToken">Stops.</param>
    ValueTask<IReadOnlyList<ChangeRecord>> ReadKindAsync(int kind, ReadOnlyMemory<byte>? below, int skip, int maxRecords, CancellationToken cancellationToken);
}
