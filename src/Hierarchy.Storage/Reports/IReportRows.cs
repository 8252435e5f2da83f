namespace Hierarchy.Storage.Reports;

/// <summary>The rows of a report store within one write transaction. What the <see cref="ReportMerger"/> asks for one row at a time, a dialect may have read ahead, and what it puts may be written together at the end.</summary>
internal interface IReportRows
{
    /// <summary>The outbox as this transaction has it; see <see cref="OutboxState.Clean"/> and <see cref="OutboxState.Full"/>.</summary>
    OutboxState Outbox { get; }

    /// <summary>The next outbox number.</summary>
    long NextNumber();

    /// <summary>The computer; null when there is none.</summary>
    ComputerRow? FindComputer(string computerId);

    /// <summary>A computer that is not there yet: without a report, without groups.</summary>
    ComputerRow AddComputer(string computerId);

    /// <summary>Writes a computer that changed.</summary>
    void PutComputer(ComputerRow row);

    /// <summary>The local number of an update, new where there is none.</summary>
    int UpdateNumber(Guid updateId);

    /// <summary>The local number of a user, new where there is none; not asked for no user.</summary>
    int UserNumber(string user);

    /// <summary>The local number of a set of groups, new where there is none; not asked for no group.</summary>
    int ScopeNumber(GroupSet groups);

    /// <summary>Unpacks a block and returns its outbox number; 0, and an empty block, when there is none.</summary>
    long ReadBlock(BlockKey key, StatusBlock into);

    /// <summary>Writes a block under its new outbox number.</summary>
    void PutBlock(BlockKey key, long number, StatusBlock block);

    /// <summary>The keys of all blocks of a computer.</summary>
    IReadOnlyList<BlockKey> BlocksOf(long computer);

    /// <summary>Deletes all blocks of a computer.</summary>
    void DeleteBlocks(long computer);

    /// <summary>Unpacks the counts of the updates of a part on the computers of a set of groups; empty when there are none.</summary>
    void ReadCounts(int part, int scope, CountBlock into);

    /// <summary>Writes such counts.</summary>
    void PutCounts(int part, int scope, CountBlock block);
}
