using System.Diagnostics;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Benchmarks.Storage;

/// <summary>
/// The floor under a replica's first catch-up: SQLite inserting the same rows with nothing around it. File, tables, indexes, pragmas, durability and transactions are those of the mirror, the
/// statement is a plain INSERT, and the rows are in memory before the clock starts.
/// </summary>
internal static class BareInsert
{
    private const string Insert = "INSERT INTO record (sequence, kind, key, payload) VALUES (?1, ?2, ?3, ?4)";

    /// <summary>What it stands on, for people.</summary>
    public static string Description(SqliteStoreOptions options) => $"{SqliteEngine.Description}; {string.Join("; ", SqlitePragmas.Writer(options, SqliteDurability.Normal))}; one transaction a page";

    /// <summary>Inserts the pages into a new file and gives the time from the first row to the last commit.</summary>
    public static TimeSpan Run(SqliteStoreOptions options, IReadOnlyList<IReadOnlyList<ChangeRecord>> pages)
    {
        using var session = SqliteSession.OpenWriter(options, SqliteDurability.Normal);
        LogSql.Schema.Migrate(session, options);
        var insert = session.Statement(Insert);
        var start = Stopwatch.GetTimestamp();
        foreach (var page in pages)
        {
            session.Begin();
            for (var i = 0; i < page.Count; i++)
                insert.Bind(1, page[i].Sequence).Bind(2, page[i].Kind).Bind(3, page[i].Key.Span).Bind(4, page[i].Payload).Run();
            session.Commit();
        }

        return Stopwatch.GetElapsedTime(start);
    }
}
