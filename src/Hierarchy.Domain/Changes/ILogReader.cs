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
}
