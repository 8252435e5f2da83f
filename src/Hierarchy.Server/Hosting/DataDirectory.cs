using System.Text;
using Hierarchy.Domain;

namespace Hierarchy.Server.Hosting;

/// <summary>The server's data directory: one server at a time, and the id that it keeps for ever.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(string path, Guid serverId, FileStream @lock)
    {
        Path = path;
        ServerId = serverId;
        _lock = @lock;
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>This server's id: random, drawn when the directory was new.</summary>
    public Guid ServerId { get; }

    /// <summary>Opens or makes the directory.</summary>
    /// <exception cref="UnavailableException">Another server has it.</exception>
    /// <exception cref="IntegrityException">Its role is another, or the id is damaged.</exception>
    public static DataDirectory Open(string path, ServerRole role)
    {
        path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(path);
        var held = Lock(path);
        try
        {
            CheckRole(path, role);
            return new DataDirectory(path, ReadOrDrawId(path), held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The path of something in the directory.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Lets another server in.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not DirectoryNotFoundException)
        {
            throw new UnavailableException($"Another server runs on the data directory {path}. Stop it, or choose another directory with --data.", exception);
        }
    }

    private static void CheckRole(string path, ServerRole role)
    {
        var file = System.IO.Path.Combine(path, "role");
        if (!System.IO.File.Exists(file))
        {
            WriteDurably(file, role.ToString());
            return;
        }

        var kept = System.IO.File.ReadAllText(file).Trim();
        if (IsRole(kept, role)) return;
        if (role == ServerRole.Autonomous && IsRole(kept, ServerRole.Replica))
        {
            // The mirror goes on; a log of its own begins beside it.
            WriteDurably(file, role.ToString());
            return;
        }

        if (IsRole(kept, ServerRole.Autonomous))
            throw new IntegrityException($"The data directory {path} belongs to an autonomous server, whose own groups and approvals (log.db) would count no more as a {role.ToString().ToLowerInvariant()}. Start it with --role autonomous, or choose another directory with --data; a new replica takes the catalog from its parent anew.");
        throw new IntegrityException($"The data directory {path} belongs to a {kept.ToLowerInvariant()}; it cannot become a {role.ToString().ToLowerInvariant()}. Choose another directory with --data, or --role {kept.ToLowerInvariant()}.");
    }

    private static bool IsRole(string kept, ServerRole role) => string.Equals(kept, role.ToString(), StringComparison.OrdinalIgnoreCase);

    private static Guid ReadOrDrawId(string path)
    {
        var file = System.IO.Path.Combine(path, "server-id");
        if (!System.IO.File.Exists(file))
        {
            WriteDurably(file, Guid.NewGuid().ToString("D"));
        }

        return Guid.TryParse(System.IO.File.ReadAllText(file).Trim(), out var id)
            ? id
            : throw new IntegrityException($"The file {file} does not hold this server's id. Restore it from a backup; without one, delete it: the server then joins the tree as a new one.");
    }

    private static void WriteDurably(string file, string text)
    {
        var partial = file + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(Encoding.UTF8.GetBytes(text + "\n"));
            stream.Flush(flushToDisk: true);
        }

        System.IO.File.Move(partial, file, overwrite: true);
    }
}
