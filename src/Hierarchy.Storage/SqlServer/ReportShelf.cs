using System.Text;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;
using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Storage.SqlServer;

/// <summary>What is read of the report store, beside the writer.</summary>
/// <param name="tables">Where it is.</param>
/// <param name="rows">Knows what most numbers mean; a snapshot that is a moment ahead of it asks the tables.</param>
internal sealed class ReportShelf(IReportTables tables, ReportRows rows)
{
    // Of computers, and of blocks: a block has at most 128 statuses and 6 KiB.
    private const int MostRows = 256;

    /// <summary>Computers and blocks have numbers of one sequence, and are given in it.</summary>
    public OutboxPage ReadOutbox(long after, int maxRows, int maxBytes, long full)
    {
        var limit = Math.Clamp(maxRows, 1, MostRows);
        var (foundComputers, foundBlocks) = tables.ReadOutbox(after, limit);
        // Where one of the two was cut off, nothing behind its end is known.
        var end = Math.Min(foundComputers.Count == limit ? foundComputers[^1].Outbox ?? 0 : long.MaxValue, foundBlocks.Count == limit ? foundBlocks[^1].Outbox : long.MaxValue);
        var computers = new List<ComputerReport>();
        var statuses = new List<StatusReport>();
        var block = new StatusBlock();
        var (through, bytes, computer, packed) = (after, 0L, 0, 0);
        while (through == after || (computers.Count + statuses.Count < maxRows && bytes < maxBytes))
        {
            var nextComputer = computer < foundComputers.Count ? foundComputers[computer].Outbox ?? 0 : long.MaxValue;
            var nextBlock = packed < foundBlocks.Count ? foundBlocks[packed].Outbox : long.MaxValue;
            var next = Math.Min(nextComputer, nextBlock);
            if (next == long.MaxValue || next > end) break;
            through = next;
            if (next == nextComputer)
            {
                computers.Add(ReportRows.Report(foundComputers[computer++]));
                bytes += ReportRow.Size(computers[^1]);
            }
            else
            {
                var before = statuses.Count;
                Unpack(foundBlocks[packed++], block, statuses, isAll: next <= full);
                for (var i = before; i < statuses.Count; i++)
                    bytes += ReportRow.Size(statuses[i]);
            }
        }

        return new OutboxPage(computers, statuses, through);
    }

    public ReportedComputer? FindComputer(string computerId) => tables.FindComputers([computerId]).Where(record => record.Report is not null).Select(Computer).SingleOrDefault();

    public IReadOnlyList<ReportedComputer> ListComputers() =>
        [.. tables.ListComputers().Select(Computer).OrderBy(computer => computer.Report.Name, StringComparer.Ordinal).ThenBy(computer => computer.Report.ComputerId, StringComparer.Ordinal)];

    public IReadOnlyList<StatusReport> ListStatusesOfComputer(string computerId)
    {
        var statuses = new List<StatusReport>();
        var block = new StatusBlock();
        foreach (var record in tables.ListBlocksOfComputer(computerId))
            Unpack(record, block, statuses, isAll: true);
        return [.. statuses.OrderBy(status => status.UpdateId).ThenBy(status => status.User, StringComparer.Ordinal)];
    }

    public IReadOnlyList<StatusReport> ListStatusesOfUpdate(Guid updateId, UpdateState? state)
    {
        var statuses = new List<StatusReport>();
        var update = rows.Updates.Find(updateId);
        if (update == 0) return statuses;
        var slot = update & (StatusBlock.Slots - 1);
        var block = new StatusBlock();
        foreach (var record in tables.ListBlocksOfPart(update >> StatusBlock.SlotBits))
        {
            block.Unpack(record.Data);
            if (block.Has(slot) && (state is null || block[slot].State == state))
                statuses.Add(block[slot].ToReport(Encoding.UTF8.GetString(record.ComputerId), record.StatusIncarnation, updateId, UserOf(BlockId.Key(record.Id).User)));
        }

        statuses.Sort(static (one, other) => string.CompareOrdinal(one.ComputerId, other.ComputerId) is var order && order != 0 ? order : string.CompareOrdinal(one.User, other.User));
        return statuses;
    }

    public IReadOnlyList<StatusCount> Count(IReadOnlyCollection<Guid> updateIds)
    {
        var counts = new List<StatusCount>();
        var wanted = updateIds.Distinct().Select(updateId => (UpdateId: updateId, Number: rows.Updates.Find(updateId))).Where(update => update.Number > 0);
        foreach (var part in wanted.GroupBy(update => update.Number >> StatusBlock.SlotBits))
        {
            var updates = part.ToList();
            foreach (var (groups, block) in CountsOf(part.Key))
                foreach (var (updateId, number) in updates)
                {
                    var ofUpdate = block[number & (StatusBlock.Slots - 1)];
                    for (var state = 0; state < ofUpdate.Length; state++)
                        if (ofUpdate[state] != 0)
                            counts.Add(new StatusCount(updateId, groups, (UpdateState)state, ofUpdate[state]));
                }
        }

        return counts;
    }

    public IReadOnlyList<ComputerCount> CountComputers() =>
        [.. CountsOf(CountChanges.Computers).Select(counts => new ComputerCount(counts.Groups, counts.Block[CountChanges.Computers][0])).Where(counts => counts.Count != 0)];

    // The block is the same object each time, with other counts.
    private IEnumerable<(IReadOnlyList<Guid> Groups, CountBlock Block)> CountsOf(int part)
    {
        var block = new CountBlock();
        foreach (var record in tables.ListCounts(BlockId.OfCounts(part, 0), BlockId.OfCounts(part, -1)))
        {
            block.Unpack(record.Data);
            yield return (GroupsOf(BlockId.ScopeOfCounts(record.Id)), block);
        }
    }

    private ReportedComputer Computer(ComputerRecord record) => new(ReportRows.Report(record), StateCounts.Of(ReportRow.ReadStates(record.States)), GroupsOf(record.Scope));

    private void Unpack(BlockRecord record, StatusBlock block, List<StatusReport> into, bool isAll)
    {
        block.Unpack(record.Data);
        var key = BlockId.Key(record.Id);
        var (computerId, user) = (Encoding.UTF8.GetString(record.ComputerId), UserOf(key.User));
        for (var slot = 0; slot < StatusBlock.Slots; slot++)
            if (block.Has(slot) && (isAll || block[slot].IsUnsent))
                into.Add(block[slot].ToReport(computerId, record.StatusIncarnation, UpdateOf(key.UpdateAt(slot)), user));
    }

    private Guid UpdateOf(int number) => rows.Updates.TryFindValue(number, out var id) ? id : new Guid(Meaning(ReportNumber.Update, number), bigEndian: true);

    private string UserOf(int number) => number == 0 ? "" : rows.Users.TryFindValue(number, out var name) ? name : Encoding.UTF8.GetString(Meaning(ReportNumber.User, number));

    private IReadOnlyList<Guid> GroupsOf(int number) =>
        (number == 0 ? GroupSet.Empty : rows.Scopes.TryFindValue(number, out var set) ? set : GroupSet.FromBytes(Meaning(ReportNumber.Scope, number))).Ids;

    private byte[] Meaning(ReportNumber kind, int number) => tables.FindNumber(kind, number) ?? throw SqlServerErrors.Damaged(tables.Name, $"nothing says what number {number} is");
}
