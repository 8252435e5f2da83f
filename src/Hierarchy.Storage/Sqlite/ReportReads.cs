using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>What is read of the report store, each in one read transaction beside the writer.</summary>
/// <param name="rows">Knows what most numbers mean; a snapshot that is a moment ahead of it asks the file.</param>
internal sealed class ReportReads(SqliteReportRows rows)
{
    /// <summary>Computers and blocks have numbers of one sequence: the two are read side by side, always from the lower number.</summary>
    public OutboxPage ReadOutbox(SqliteSession session, (long After, int MaxRows, int MaxBytes, long Full) limits)
    {
        var computers = new List<ComputerReport>();
        var statuses = new List<StatusReport>();
        var block = new StatusBlock();
        var computer = session.Statement(ReportSql.ReadComputersAfter).Bind(1, limits.After).Bind(2, Math.Max(1, limits.MaxRows));
        var packed = session.Statement(ReportSql.ReadBlocksAfter).Bind(1, limits.After).Bind(2, Math.Max(1, limits.MaxRows));
        var (hasComputer, hasBlock) = (computer.Step(), packed.Step());
        var (through, bytes) = (limits.After, 0L);
        while ((hasComputer || hasBlock) && (through == limits.After || (computers.Count + statuses.Count < limits.MaxRows && bytes < limits.MaxBytes)))
        {
            if (hasComputer && (!hasBlock || computer.Int64(0) < packed.Int64(0)))
            {
                through = computer.Int64(0);
                computers.Add(ReportRow.ReadComputer(computer));
                bytes += ReportRow.Size(computers[^1]);
                hasComputer = computer.Step();
            }
            else
            {
                through = packed.Int64(0);
                var before = statuses.Count;
                Unpack(session, packed, block, statuses, isAll: through <= limits.Full);
                for (var i = before; i < statuses.Count; i++)
                    bytes += ReportRow.Size(statuses[i]);
                hasBlock = packed.Step();
            }
        }

        computer.Reset();
        packed.Reset();
        return new OutboxPage(computers, statuses, through);
    }

    public static ChildOutbox? FindChild(SqliteSession session, (string ServerId, Guid Incarnation, bool IsRoot) child)
    {
        var row = session.Statement(ReportSql.FindChild).Bind(1, child.ServerId).Bind(2, child.Incarnation);
        if (!row.Step()) return null;
        var found = new ChildOutbox(child.ServerId, child.Incarnation, row.Int64(0), child.IsRoot ? row.Int64(0) : row.Int64(1), row.Guid(2));
        row.Reset();
        return found;
    }

    public ReportedComputer? FindComputer(SqliteSession session, string computerId)
    {
        var row = session.Statement(ReportSql.FindComputer).Bind(1, computerId);
        if (!row.Step()) return null;
        var found = ReadComputer(session, row);
        row.Reset();
        return found;
    }

    public IReadOnlyList<ReportedComputer> ListComputers(SqliteSession session)
    {
        var computers = new List<ReportedComputer>();
        for (var row = session.Statement(ReportSql.ListComputers); row.Step();)
            computers.Add(ReadComputer(session, row));
        return computers;
    }

    public IReadOnlyList<StatusReport> ListStatusesOfComputer(SqliteSession session, string computerId)
    {
        var statuses = new List<StatusReport>();
        var block = new StatusBlock();
        for (var row = session.Statement(ReportSql.ListBlocksOfComputer).Bind(1, computerId); row.Step();)
            Unpack(session, row, block, statuses, isAll: true);
        return [.. statuses.OrderBy(status => status.UpdateId).ThenBy(status => status.User, StringComparer.Ordinal)];
    }

    public IReadOnlyList<StatusReport> ListStatusesOfUpdate(SqliteSession session, (Guid UpdateId, UpdateState? State) wanted)
    {
        var statuses = new List<StatusReport>();
        var update = rows.Updates.Find(wanted.UpdateId);
        if (update == 0) return statuses;
        var slot = update & (StatusBlock.Slots - 1);
        var block = new StatusBlock();
        for (var row = session.Statement(ReportSql.ListBlocksOfPart).Bind(1, update >> StatusBlock.SlotBits); row.Step();)
        {
            block.Unpack(row.Blob(2));
            if (block.Has(slot) && (wanted.State is null || block[slot].State == wanted.State))
                statuses.Add(block[slot].ToReport(row.Text(3), row.Int64(4), wanted.UpdateId, UserOf(session, BlockId.Key(row.Int64(1)).User)));
        }

        statuses.Sort(static (one, other) => string.CompareOrdinal(one.ComputerId, other.ComputerId) is var order && order != 0 ? order : string.CompareOrdinal(one.User, other.User));
        return statuses;
    }

    public IReadOnlyList<StatusCount> Count(SqliteSession session, IReadOnlyCollection<Guid> updateIds)
    {
        var counts = new List<StatusCount>();
        var wanted = updateIds.Distinct().Select(updateId => (UpdateId: updateId, Number: rows.Updates.Find(updateId))).Where(update => update.Number > 0);
        foreach (var part in wanted.GroupBy(update => update.Number >> StatusBlock.SlotBits))
        {
            var updates = part.ToList();
            foreach (var (groups, block) in CountsOf(session, part.Key))
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

    public IReadOnlyList<ComputerCount> CountComputers(SqliteSession session) =>
        [.. CountsOf(session, CountChanges.Computers).Select(counts => new ComputerCount(counts.Groups, counts.Block[CountChanges.Computers][0])).Where(counts => counts.Count != 0)];

    // The block is the same object each time, with other counts.
    private IEnumerable<(IReadOnlyList<Guid> Groups, CountBlock Block)> CountsOf(SqliteSession session, int part)
    {
        var block = new CountBlock();
        for (var row = session.Statement(ReportSql.ListCountsOfPart).Bind(1, BlockId.OfCounts(part, 0)).Bind(2, BlockId.OfCounts(part, -1)); row.Step();)
        {
            block.Unpack(row.Blob(1));
            yield return (GroupsOf(session, BlockId.ScopeOfCounts(row.Int64(0))), block);
        }
    }

    private ReportedComputer ReadComputer(SqliteSession session, SqliteStatement row) =>
        new(ReportRow.ReadComputer(row), StateCounts.Of(ReportRow.ReadStates(row.Blob(ReportRow.Columns))), GroupsOf(session, row.Int32(ReportRow.Columns + 1)));

    private void Unpack(SqliteSession session, SqliteStatement row, StatusBlock block, List<StatusReport> into, bool isAll)
    {
        block.Unpack(row.Blob(2));
        var key = BlockId.Key(row.Int64(1));
        var (computerId, incarnation, user) = (row.Text(3), row.Int64(4), UserOf(session, key.User));
        for (var slot = 0; slot < StatusBlock.Slots; slot++)
            if (block.Has(slot) && (isAll || block[slot].IsUnsent))
                into.Add(block[slot].ToReport(computerId, incarnation, UpdateOf(session, key.UpdateAt(slot)), user));
    }

    private Guid UpdateOf(SqliteSession session, int number) =>
        rows.Updates.TryFindValue(number, out var id) ? id : Read(session, ReportSql.FindUpdate, number, static row => row.Guid(0));

    private string UserOf(SqliteSession session, int number) =>
        number == 0 ? "" : rows.Users.TryFindValue(number, out var name) ? name : Read(session, ReportSql.FindUser, number, static row => row.Text(0));

    private IReadOnlyList<Guid> GroupsOf(SqliteSession session, int number) =>
        (number == 0 ? GroupSet.Empty : rows.Scopes.TryFindValue(number, out var set) ? set : Read(session, ReportSql.FindScope, number, static row => GroupSet.FromBytes(row.Blob(0)))).Ids;

    private static T Read<T>(SqliteSession session, string sql, int number, Func<SqliteStatement, T> read)
    {
        var row = session.Statement(sql).Bind(1, number);
        if (!row.Step()) throw new IntegrityException($"The report store names {number} and does not say what it is: it is damaged. Restore it from a backup, or delete it: servers and computers below report again.");
        var value = read(row);
        row.Reset();
        return value;
    }
}
