using Hierarchy.Domain;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Keeps a second server away from a database for as long as this one has it open. The kernel lets go of it when the process dies, however it dies.</summary>
internal sealed class SqliteFileLock : IDisposable
{
    private readonly FileStream _file;

    private SqliteFileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of a database file; null when it is opened only to look.</summary>
    public static SqliteFileLock? Take(SqliteStoreOptions options)
    {
        if (options.ReadOnly) return null;
        var path = options.Path + ".lock";
        try
        {
            return new SqliteFileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new UnavailableException($"{options.Path}: the folder does not exist. Create it, or name another data folder.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UnavailableException($"{options.Path}: the server's account may not write there. Give it the right, or name another data folder.", exception);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new UnavailableException($"{options.Path}: another server is running on this data folder ({path} is locked). Stop it, or name another data folder.", exception);
        }
    }

    public void Dispose() => _file.Dispose();
}
