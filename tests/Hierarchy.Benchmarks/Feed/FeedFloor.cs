using System.Diagnostics;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Benchmarks.Feed;

/// <summary>What SQLite needs to store the same rows without any protocol: identical statement, pragmas, schema, indexes and transactions as a mirror that takes the feed, the input in memory.</summary>
internal static class FeedFloor
{
    /// <summary>The settings of the connection that writes, in the floor and in the replica.</summary>
    public static IReadOnlyList<string> Pragmas => SqlitePragmas.Writer(new SqliteStoreOptions { Path = "" }, SqliteDurability.Normal);

    /// <summary>The table of the records and the indexes on it, in the floor and in the replica.</summary>
    public static IReadOnlyList<string> Indexes => LogSql.Schema.Migrations.SelectMany(migration => migration).Where(statement => statement.Contains("record ", StringComparison.Ordinal) && statement.StartsWith("CREATE", StringComparison.Ordinal)).ToArray();

    public static TimeSpan Run(string path, IReadOnlyList<IReadOnlyList<ChangeRecord>> pages)
    {
        var options = new SqliteStoreOptions { Path = path };
        using var session = SqliteSession.OpenWriter(options, SqliteDurability.Normal);
        LogSql.Schema.Migrate(session, options);
        var start = Stopwatch.GetTimestamp();
        foreach (var page in pages)
        {
            session.Begin();
            var insert = session.Statement(LogSql.StageDirectly);
            foreach (var record in page)
                insert.Bind(1, record.Sequence).Bind(2, record.Kind).Bind(3, record.Key.Span).Bind(4, record.Payload).Run();
            session.Commit();
        }

        return Stopwatch.GetElapsedTime(start);
    }
}
