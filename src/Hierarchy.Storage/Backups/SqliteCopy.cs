using Hierarchy.Domain;
using Hierarchy.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hierarchy.Storage.Backups;

/// <summary>
/// Copies a database file while its server writes to it: the copy is one committed state, taken from a reader's snapshot, so neither waits for the other. While it lasts, the write-ahead log
/// grows by what is written meanwhile.
/// </summary>
public static class SqliteCopy
{
    // A MiB a step: often enough to be cancelled and to tell how far it is.
    private const int PagesAStep = 256;
    private const int PageBytes = 4096;

    /// <summary>Copies the file and has SQLite check the copy. The copy is one file without companions; it is not flushed to the disk.</summary>
    /// <param name="source">The running database.</param>
    /// <param name="target">A file that is not there yet.</param>
    /// <param name="progress">Hears bytes done and bytes in all.</param>
    /// <param name="cancellationToken">Stops between two steps; the target is then left as it is.</param>
    /// <exception cref="UnavailableException">A disk refuses.</exception>
    /// <exception cref="IntegrityException">The database is damaged.</exception>
    public static Task CopyAsync(string source, string target, Action<long, long> progress, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Copy(source, target, progress, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Counts and digests the rows of a copied log anew; null when the file is no log.</summary>
    /// <exception cref="IntegrityException">The file is damaged.</exception>
    public static async Task<LogAudit?> AuditLogAsync(string path, CancellationToken cancellationToken)
    {
        var options = new SqliteStoreOptions { Path = path, ReadOnly = true };
        using (var session = SqliteSession.OpenReader(options))
            if (session.Number("PRAGMA application_id") != LogSql.Schema.ApplicationId)
                return null;
        // An authority's file and a mirror's are of one shape, and a mirror looks at it without beginning anything.
        await using var log = SqliteMirrorLog.Open(options);
        return await log.AuditAsync(cancellationToken);
    }

    private static void Copy(string source, string target, Action<long, long> progress, CancellationToken cancellationToken)
    {
        using var reader = SqliteSession.OpenReader(new SqliteStoreOptions { Path = source });
        using var writer = OpenTarget(target);
        // With a read transaction open, all steps see one snapshot; without one, each commit of the server would begin the copy anew.
        reader.BeginRead();
        reader.Number("SELECT count(*) FROM sqlite_schema");
        var handle = writer.Handle!; // The connection is open.
        using var backup = raw.sqlite3_backup_init(handle, "main", reader.Handle, "main");
        if (backup is null || backup.IsInvalid) throw Failed(source, target, raw.sqlite3_errmsg(handle).utf8_to_string());
        for (int code; (code = raw.sqlite3_backup_step(backup, PagesAStep)) != raw.SQLITE_DONE;)
        {
            if (code != raw.SQLITE_OK) throw Failed(source, target, raw.sqlite3_errstr(code).utf8_to_string());
            cancellationToken.ThrowIfCancellationRequested();
            long total = raw.sqlite3_backup_pagecount(backup);
            progress((total - raw.sqlite3_backup_remaining(backup)) * PageBytes, total * PageBytes);
        }

        backup.Dispose();
        reader.Commit();
        Check(writer, source);
    }

    private static SqliteConnection OpenTarget(string target)
    {
        SqliteEngine.Initialize();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = target, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Run(connection, "PRAGMA journal_mode = OFF");
            Run(connection, "PRAGMA synchronous = OFF");
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw SqliteErrors.Failure(exception, target);
        }
    }

    private static void Check(SqliteConnection copy, string source)
    {
        try
        {
            // The mode is in the file's header, and comes with the copy.
            Run(copy, "PRAGMA journal_mode = DELETE");
            var found = Run(copy, "PRAGMA quick_check(1)");
            if (found != "ok") throw SqliteErrors.Damaged(source, $"a copy of it fails SQLite's check: {found}");
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.Failure(exception, source);
        }
    }

    private static string? Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as string;
    }

    private static UnavailableException Failed(string source, string target, string reason) =>
        new($"{source} cannot be copied to {target}: {reason}. Look for room on that disk, then make the backup again.");
}
