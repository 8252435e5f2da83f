using System.Diagnostics;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Benchmarks.Feed;

/// <summary>What SQLite needs to store the same rows without any protocol: identical statement, pragmas, schema, indexes and transactions as a mirror that takes the feed, the input in memory.</summary>
internal static class FeedFloor
{
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
