using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.SqlServer;

/// <summary>A row of `report_computer`.</summary>
internal sealed class ComputerRecord
{
    public long Id { get; set; }

    /// <summary>In UTF-8.</summary>
    public byte[] ComputerId { get; set; } = [];

    /// <summary>Null while there are statuses alone.</summary>
    public long? Outbox { get; set; }

    public long StatusIncarnation { get; set; }

    public int Scope { get; set; }

    public byte[] States { get; set; } = [];

    /// <summary>The report as JSON; null while there are statuses alone.</summary>
    public byte[]? Report { get; set; }
}

/// <summary>A row of `report_block`; where it is listed, with what its computer's row says.</summary>
internal sealed class BlockRecord
{
    public long Id { get; set; }

    public long Computer { get; set; }

    public int Part { get; set; }

    public long Outbox { get; set; }

    public byte[] Data { get; set; } = [];

    public byte[] ComputerId { get; set; } = [];

    public long StatusIncarnation { get; set; }
}

/// <summary>A row of `report_count`.</summary>
internal sealed class CountRecord
{
    public long Id { get; set; }

    public byte[] Data { get; set; } = [];
}

/// <summary>A row of `report_number`.</summary>
internal sealed class NumberRecord
{
    public int Kind { get; set; }

    public int Id { get; set; }

    public byte[] Value { get; set; } = [];
}

/// <summary>How far a child's outbox was taken. A newer life of it is the only one that the child will ever use again, so there is one row a child.</summary>
/// <param name="ServerId">The child.</param>
/// <param name="Incarnation">The life of its outbox.</param>
/// <param name="Received">Taken and durable here.</param>
/// <param name="Rooted">The root has it.</param>
/// <param name="Chapter">The chapter in which the child gave the number <paramref name="Received"/>; empty where it did not say.</param>
/// <param name="Marks">Ascending: once the root has this server's outbox up to `Own`, it has the child's up to `Through`.</param>
internal sealed record ChildRecord(string ServerId, Guid Incarnation, long Received, long Rooted, Guid Chapter, IReadOnlyList<ChildMark> Marks);

/// <summary>See <see cref="ChildRecord.Marks"/>.</summary>
internal readonly record struct ChildMark(long Own, long Through);

/// <summary>What a report store keeps in memory.</summary>
internal sealed record ReportState(
    OutboxState Outbox, OutboxChapters Chapters, long Writes, long LastComputer, IReadOnlyList<NumberRecord> Numbers, IReadOnlyList<ChildRecord> Children);

/// <summary>What one transaction writes.</summary>
internal sealed class ReportChanges
{
    /// <summary>Of the state that it began with.</summary>
    public required long KnownWrites { get; init; }

    public required OutboxState Outbox { get; init; }

    /// <summary>Null where they stay as they are.</summary>
    public required OutboxChapters? Chapters { get; init; }

    public required IReadOnlyList<NumberRecord> Numbers { get; init; }

    /// <summary>Take the place of the rows of the same number.</summary>
    public required IReadOnlyList<ComputerRecord> Computers { get; init; }

    /// <summary>Blocks that go, and are not among those that come.</summary>
    public required IReadOnlyList<long> RemovedBlocks { get; init; }

    public required IReadOnlyList<BlockRecord> Blocks { get; init; }

    public required IReadOnlyList<CountRecord> Counts { get; init; }

    /// <summary>By server; null for a child that is forgotten.</summary>
    public required IReadOnlyList<KeyValuePair<string, ChildRecord?>> Children { get; init; }
}
