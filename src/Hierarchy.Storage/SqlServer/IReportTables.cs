using Hierarchy.Domain;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// What a report store needs of its tables: the seam between what a merge is and how it is said in SQL. Each call is one transaction. What is small (the outbox, children, numbers) the store keeps in
/// memory, because it is the only writer; computers, blocks and counts are read as they are needed.
/// </summary>
internal interface IReportTables
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>What the store keeps in memory.</summary>
    ReportState Load();

    /// <summary>Writes the changes whole; false when somebody else has written since they began, and nothing has changed.</summary>
    /// <exception cref="UnavailableException">Whether they were committed is not known.</exception>
    bool Write(ReportChanges changes);

    /// <summary>The rows that there are of these computers.</summary>
    IReadOnlyList<ComputerRecord> FindComputers(IReadOnlyCollection<string> computerIds);

    /// <summary>All blocks of these computers.</summary>
    IReadOnlyList<BlockRecord> FindBlocks(IReadOnlyCollection<long> computers);

    /// <summary>A block of counts; null when there is none.</summary>
    byte[]? FindCounts(long id);

    /// <summary>What a number means; null when it means nothing.</summary>
    byte[]? FindNumber(ReportNumber kind, int id);

    /// <summary>Computers and blocks above an outbox number, in that order, at most so many of each, from one snapshot.</summary>
    (IReadOnlyList<ComputerRecord> Computers, IReadOnlyList<BlockRecord> Blocks) ReadOutbox(long after, int limit);

    /// <summary>All computers that reported.</summary>
    IReadOnlyList<ComputerRecord> ListComputers();

    /// <summary>All blocks of one computer.</summary>
    IReadOnlyList<BlockRecord> ListBlocksOfComputer(string computerId);

    /// <summary>All blocks of one part: of all computers.</summary>
    IReadOnlyList<BlockRecord> ListBlocksOfPart(int part);

    /// <summary>Blocks of counts, by number.</summary>
    IReadOnlyList<CountRecord> ListCounts(long first, long last);
}

/// <summary>What a number stands for.</summary>
internal enum ReportNumber
{
    /// <summary>An update's id, 16 bytes big-endian.</summary>
    Update = 1,

    /// <summary>A user, in UTF-8.</summary>
    User = 2,

    /// <summary>A set of groups.</summary>
    Scope = 3,
}
