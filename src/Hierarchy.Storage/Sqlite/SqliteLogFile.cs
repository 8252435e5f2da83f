using Hierarchy.Domain;

namespace Hierarchy.Storage.Sqlite;

/// <summary>The file of a change log, while no server has it open: a mirror's becomes an authority's, and the other way round, under another name.</summary>
public static class SqliteLogFile
{
    /// <summary>
    /// Gives the log at <paramref name="from"/> the name <paramref name="to"/>, whole: first everything that a crash left in the write-ahead log is folded into the file. Can be repeated after a crash at
    /// any point; does nothing where there is no file to move, or one under the new name.
    /// </summary>
    /// <param name="from">The file as it is.</param>
    /// <param name="to">The file as it is to be, in the same folder.</param>
    /// <param name="vouched">
    /// When an authority becomes a mirror: the time of the checkpoint that its own head is; a mirror serves no state without one. Null keeps what is there.
    /// </param>
    /// <exception cref="UnavailableException">Another server holds the file, or the disk refuses.</exception>
    /// <exception cref="IntegrityException">The file is damaged, or is something else.</exception>
    public static void HandOver(SqliteStoreOptions from, SqliteStoreOptions to, DateTimeOffset? vouched)
    {
        if (!File.Exists(from.Path) || File.Exists(to.Path)) return;
        using (SqliteFileLock.Take(to))
        using (SqliteFileLock.Take(from))
        {
            using (var session = SqliteSession.OpenWriter(from, SqliteDurability.Full))
            {
                LogSql.Schema.Migrate(session, from);
                if (vouched is { } time) session.Statement(LogSql.Vouch).Bind(1, time.UtcTicks).Run();
                // Leaving the write-ahead log folds it into the file, and the file is all there is to move.
                session.Execute("PRAGMA journal_mode = DELETE");
            }

            if (File.Exists(from.Path + "-wal"))
                throw new UnavailableException($"{from.Path}: another process has the database open, so it was not moved. End whatever has it open, and start the server again.");
            File.Move(from.Path, to.Path);
            DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(to.Path))!); // A file has a folder.
        }

        File.Delete(from.Path + ".lock");
    }
}
