using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;

namespace Hierarchy.Storage.Sqlite;

/// <summary>
/// Packs the statuses of a store of version 1, which had a row each, into blocks, within one transaction: an interrupted start begins anew. All of them take new outbox numbers, so a parent
/// is told everything once more, which changes nothing there.
/// </summary>
internal static class StatusMigration
{
    private const string CountTables = "SELECT count(*) FROM sqlite_schema WHERE name = 'status_1'";
    private const string ListComputers = "SELECT id, computer_id FROM computer ORDER BY id";
    private const string ListStatuses = "SELECT incarnation, counter, update_id, revision, state, result, time FROM status_1 WHERE computer = ?1";

    /// <summary>True when there is something to pack.</summary>
    public static bool IsNeeded(SqliteSession session) => session.Number(CountTables) > 0;

    /// <summary>Packs everything.</summary>
    public static void Run(SqliteSession session, ReportMerger merger)
    {
        var computers = new List<(long Key, string ComputerId)>();
        for (var row = session.Statement(ListComputers); row.Step();)
            computers.Add((row.Int64(0), row.Text(1)));
        using (var statement = new SqliteStatement(session, ListStatuses))
        {
            foreach (var (key, computerId) in computers)
            {
                var statuses = new List<StatusReport>();
                for (var row = statement.Bind(1, key); row.Step();)
                    statuses.Add(new StatusReport(
                        computerId, row.Int64(0), row.Int64(1), row.Guid(2), row.Int32(3), (UpdateState)row.Int32(4), row.Int32(5), new DateTimeOffset(row.Int64(6), TimeSpan.Zero)));
                merger.Adopt(computerId, statuses);
            }
        }

        session.Execute("DROP TABLE status_1");
    }
}
