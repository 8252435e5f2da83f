using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Server.Succession;
using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Server.Hosting;

/// <summary>
/// The server's data directory: one server at a time, the id that it keeps for ever, and what it is. The file `role` decides that, not the settings: a replica that was promoted is a root. A change of
/// roles is one write of that file; whatever has to follow (the log under its other name, marks that do not hold any more) is made good at the next opening, wherever it was cut off.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    /// <summary>What an authority's log is called.</summary>
    public const string AuthorityLog = "log.db";

    /// <summary>What a mirror is called.</summary>
    public const string MirrorLog = "mirror.db";

    /// <summary>Whose decisions a replica serves.</summary>
    public const string Decider = "decider";

    /// <summary>Stands here from a restore until the first start after it.</summary>
    public const string Restored = "restored";

    private const string RoleFile = "role";

    private readonly FileStream _lock;

    private DataDirectory(string path, Guid serverId, ServerRole role, FileStream @lock)
    {
        Path = path;
        ServerId = serverId;
        Role = role;
        _lock = @lock;
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>This server's id: random, drawn when the directory was new.</summary>
    public Guid ServerId { get; }

    /// <summary>What this server is, whatever its settings say.</summary>
    public ServerRole Role { get; }

    /// <summary>What the settings say and does not hold, with the next step; null when they agree.</summary>
    public string? Contradiction { get; private init; }

    /// <summary>Why this root decides nothing; null for one that decides, and for all others.</summary>
    public Supersession? Superseded { get; private set; }

    /// <summary>By what this server became the root; null for all others.</summary>
    public Promotion? Promotion { get; private set; }

    /// <summary>How an authority is to open its log.</summary>
    public AuthorityStart Start =>
        Superseded is not null ? AuthorityStart.Halted
        : Promotion is { Epoch: null } || System.IO.File.Exists(File(Restored)) ? AuthorityStart.AfterLoss
        : AuthorityStart.Restart;

    /// <summary>Opens or makes the directory.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="role">What the settings say.</param>
    /// <param name="demotes">An operator wants a root that nothing superseded to become a replica.</param>
    /// <param name="time">The clock; the system's when it is null.</param>
    /// <exception cref="UnavailableException">Another server has it.</exception>
    /// <exception cref="IntegrityException">Its role is another, or the id is damaged.</exception>
    public static DataDirectory Open(string path, ServerRole role, bool demotes = false, TimeProvider? time = null)
    {
        path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(path);
        var held = Lock(path);
        try
        {
            var (settled, contradiction) = Settle(path, role, demotes);
            if (settled is ServerRole.Root or ServerRole.Replica) MoveLog(path, settled, time ?? TimeProvider.System);
            var isRoot = settled == ServerRole.Root;
            if (!isRoot)
            {
                DurableFile.Delete(System.IO.Path.Combine(path, Supersession.File));
                DurableFile.Delete(System.IO.Path.Combine(path, Promotion.File));
            }

            else
            {
                // Of a replica that was promoted: whose decisions it served before says nothing about the replica that it may become again.
                DurableFile.Delete(System.IO.Path.Combine(path, Decider));
            }

            var superseded = isRoot ? DurableFile.Read<Supersession>(System.IO.Path.Combine(path, Supersession.File)) : null;
            var promotion = isRoot ? DurableFile.Read<Promotion>(System.IO.Path.Combine(path, Promotion.File)) : null;
            // A promotion of a superseded root is decided when its mark is gone.
            if (superseded is not null && promotion is { Epoch: null }) promotion = null;
            return new DataDirectory(path, ReadOrDrawId(path), settled, held) { Contradiction = contradiction, Superseded = superseded, Promotion = promotion };
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The path of something in the directory.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>This root decides nothing from now on, durably.</summary>
    public void Supersede(Supersession supersession)
    {
        DurableFile.Write(File(Supersession.File), supersession);
        Superseded = supersession;
    }

    /// <summary>At the next opening this server is the root, and begins an epoch. All of it or nothing, durably.</summary>
    public void Promote(Promotion promotion)
    {
        DurableFile.Write(File(Promotion.File), promotion with { Epoch = null });
        if (Role == ServerRole.Root) DurableFile.Delete(File(Supersession.File));
        else DurableFile.Write(File(RoleFile), nameof(ServerRole.Root));
    }

    /// <summary>The epoch has begun; a later start is like any other.</summary>
    public void Begun(int epoch)
    {
        if (Promotion is not { Epoch: null } promotion) return;
        Promotion = promotion with { Epoch = epoch };
        DurableFile.Write(File(Promotion.File), Promotion);
    }

    /// <summary>Those that still have to hear of the promotion.</summary>
    public void StillToTell(IReadOnlyList<string> parents)
    {
        if (Promotion is not { } promotion) return;
        Promotion = promotion with { Parents = parents };
        DurableFile.Write(File(Promotion.File), Promotion);
    }

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

    // What the server is from now on, and what of the settings does not hold.
    private static (ServerRole Role, string? Contradiction) Settle(string path, ServerRole wanted, bool demotes)
    {
        var file = System.IO.Path.Combine(path, RoleFile);
        if (!System.IO.File.Exists(file))
        {
            DurableFile.Write(file, wanted.ToString());
            return (wanted, null);
        }

        var text = System.IO.File.ReadAllText(file).Trim();
        if (!Enum.TryParse<ServerRole>(text, ignoreCase: true, out var kept) || !Enum.IsDefined(kept))
            throw new IntegrityException($"The file {file} says '{text}', which is no role. Restore it from a backup, or write into it what this server was: root or replica.");
        if (kept == wanted) return (kept, null);
        if ((kept, wanted) == (ServerRole.Replica, ServerRole.Autonomous))
        {
            // The mirror goes on; a log of its own begins beside it.
            DurableFile.Write(file, nameof(ServerRole.Autonomous));
            return (wanted, null);
        }

        if ((kept, wanted) != (ServerRole.Root, ServerRole.Replica)) throw Misfit(path, kept, wanted);
        if (demotes || System.IO.File.Exists(System.IO.Path.Combine(path, Supersession.File)))
        {
            DurableFile.Write(file, nameof(ServerRole.Replica));
            return (ServerRole.Replica, null);
        }

        if (DurableFile.Read<Promotion>(System.IO.Path.Combine(path, Promotion.File)) is not { } promotion) throw Misfit(path, kept, wanted);
        return (kept, $"This server was promoted on {promotion.At:u} by {promotion.By} and is the root: --role replica and --parent have no effect. Set --role root (Server:Role, HIERARCHY_ROLE) and leave --parent away.");
    }

    private static IntegrityException Misfit(string path, ServerRole kept, ServerRole wanted)
    {
        if (kept == ServerRole.Autonomous)
            return new IntegrityException($"The data directory {path} belongs to an autonomous server, whose own groups and approvals (log.db) would count no more as a {wanted.ToString().ToLowerInvariant()}. Start it with --role autonomous, or choose another directory with --data; a new replica takes the catalog from its parent anew.");
        var next = (kept, wanted) switch
        {
            (ServerRole.Replica, ServerRole.Root) => " A replica becomes the root with `hierarchy servers promote` while it runs.",
            (ServerRole.Root, ServerRole.Replica) => " A root that another server took the place of follows it with --role replica; with --demote yes besides, when it did not hear of that.",
            _ => "",
        };
        return new IntegrityException(
            $"The data directory {path} belongs to a {kept.ToString().ToLowerInvariant()}; it cannot become a {wanted.ToString().ToLowerInvariant()}. Choose another directory with --data, or --role {kept.ToString().ToLowerInvariant()}.{next}");
    }

    // One shape of file under two names. A root's own head is a state that it vouches for: the mirror serves it until it follows.
    private static void MoveLog(string path, ServerRole role, TimeProvider time)
    {
        var authority = new SqliteStoreOptions { Path = System.IO.Path.Combine(path, AuthorityLog) };
        var mirror = new SqliteStoreOptions { Path = System.IO.Path.Combine(path, MirrorLog) };
        if (role == ServerRole.Root) SqliteLogFile.HandOver(mirror, authority, vouched: null);
        else SqliteLogFile.HandOver(authority, mirror, vouched: time.GetUtcNow());
    }

    private static Guid ReadOrDrawId(string path)
    {
        var file = System.IO.Path.Combine(path, "server-id");
        if (!System.IO.File.Exists(file)) DurableFile.Write(file, Guid.NewGuid().ToString("D"));
        return Guid.TryParse(System.IO.File.ReadAllText(file).Trim(), out var id)
            ? id
            : throw new IntegrityException($"The file {file} does not hold this server's id. Restore it from a backup; without one, delete it: the server then joins the tree as a new one.");
    }
}
