using Hierarchy.Domain;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Result codes of SQLite as failures that name the file and the operator's next step.</summary>
internal static class SqliteErrors
{
    private const int PrimaryMask = 0xFF;

    /// <summary>What to throw for a result code; never for `OK`, `ROW` and `DONE`.</summary>
    public static Exception Failure(int code, string detail, string path, Exception? inner = null) => (code & PrimaryMask) switch
    {
        raw.SQLITE_FULL => Unavailable($"{path}: the disk is full, so nothing was written and nothing has changed. Free some space on it and try again.", inner),
        raw.SQLITE_IOERR => Unavailable($"{path}: the disk failed ({detail}, code {code}), so nothing was acknowledged. Check the disk and the system's log, then restart the server.", inner),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Unavailable($"{path}: another process holds the database, so nothing was done. End whatever has it open, and try again.", inner),
        raw.SQLITE_CANTOPEN => Unavailable($"{path}: the database cannot be opened. Check that its folder exists and that the server's account may write there.", inner),
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
            Unavailable($"{path}: the database cannot be written. Give the server's account the right to write to the file and its folder.", inner),
        raw.SQLITE_NOMEM => Unavailable($"{path}: there was not enough memory, and nothing has changed. Try again when memory is free.", inner),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Damaged(path, detail, inner),
        raw.SQLITE_CONSTRAINT => Damaged(path, detail, inner),
        _ => new InvalidOperationException($"{path}: SQLite failed with code {code}: {detail}", inner),
    };

    /// <summary>The same for a failure that Microsoft.Data.Sqlite reports.</summary>
    public static Exception Failure(SqliteException exception, string path) =>
        Failure(exception.SqliteExtendedErrorCode, exception.Message, path, exception);

    /// <summary>A file that holds something else than it should.</summary>
    public static IntegrityException Damaged(string path, string detail, Exception? inner = null)
    {
        var message = $"{path}: the file is damaged or is not a database of this program ({detail}). "
            + "Stop the server, move the file aside, and restore it from a backup; a replica may start without it and takes everything from its parent again.";
        return inner is null ? new IntegrityException(message) : new IntegrityException(message, inner);
    }

    /// <summary>
    /// True when it is not known how much of a commit reached the disk: after a failed sync the kernel may have dropped the pages and call the next sync a success. Only reading the file again tells.
    /// </summary>
    public static bool LeavesDiskUnknown(int code) => (code & PrimaryMask) == raw.SQLITE_IOERR;

    private static UnavailableException Unavailable(string message, Exception? inner) =>
        inner is null ? new UnavailableException(message) : new UnavailableException(message, inner);
}
