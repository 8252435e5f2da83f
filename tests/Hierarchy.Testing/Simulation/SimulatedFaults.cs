using Hierarchy.Domain.Changes;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>Chooses what goes wrong next, as far as the seed's plan allows it, and at the end mends what only an operator can.</summary>
internal sealed class SimulatedFaults(SimulatedTree tree)
{
    private const int BackupsKept = 8;
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(4);
    private readonly Dictionary<SimulatedServer, List<SimulatedBackup>> _backups = [];
    private readonly HashSet<SimulatedServer> _superseded = [];
    private bool _isPromoted;

    /// <summary>The server that nobody reaches.</summary>
    public SimulatedServer? Isolated { get; private set; }

    private VirtualWorld World => tree.World;

    public void Start()
    {
        World.After(World.Between(50, 500), Next);
        World.After(Watch, LookAfterRoot);
        if (tree.Plan.Promotion) World.After(World.Between(8000, 25_000), BeginPromotion);
    }

    /// <summary>The faults are over. An operator who finds that another reign has the root's number, or a higher one, begins a new one; a root that was replaced is made a replica.</summary>
    public void End()
    {
        Isolated = null;
        foreach (var server in tree.Servers)
        {
            if (_superseded.Contains(server)) server.ChangeRole(isRoot: false, 0);
            else if (server == tree.Root && tree.Oracle.HasRival(server.Image.Head.Position)) server.ChangeRole(isRoot: true, tree.Oracle.HighestEpoch);
        }
    }

    /// <summary>An operator finds that the root decides nothing, as old files of it were put in place, and makes it the root again.</summary>
    private void LookAfterRoot()
    {
        if (!tree.HasFaults) return;
        if (tree.Root.IsReadOnly && World.OneIn(2))
        {
            Count("superseded root promoted");
            tree.Root.ChangeRole(isRoot: true, tree.Oracle.HighestEpoch);
        }

        World.After(Watch, LookAfterRoot);
    }

    private void Next()
    {
        if (!tree.HasFaults) return;
        var server = tree.Servers[World.Random.Next(tree.Servers.Count)];
        if (World.OneIn(3)) Backup(server);
        if (tree.Plan.Rots && World.OneIn(12)) server.Rot();
        if (World.OneIn(25)) Rare(server);
        else Frequent(server);
        World.After(World.Between(50, 1500), Next);
    }

    private void Frequent(SimulatedServer server)
    {
        switch (World.Random.Next(8))
        {
            case 0 when tree.Plan.Crashes && World.OneIn(3):
                Count("root crashed");
                tree.Root.Crash();
                break;
            case 1 or 2 when tree.Plan.Crashes && !server.IsRoot:
                Count("replica crashed");
                server.Crash();
                break;
            case 3 or 4 or 5 when tree.Plan.Cuts && server.Upward is { } call:
                Count("call cut");
                call.Cut();
                if (World.OneIn(2)) server.CutRollup();
                break;
            case 6 when tree.Plan.Compaction:
                foreach (var root in tree.Servers.Where(root => root is { IsUp: true, IsRoot: true })) root.Guard(() => Compact(root));
                break;
            case 7 when tree.Plan.Cuts && server.Upward is { IsMute: false } call && World.OneIn(8):
                Count("call silent");
                call.IsMute = true;
                break;
            case 7 when tree.Plan.Clocks && World.OneIn(4):
                if (World.OneIn(2))
                {
                    Count("clock jumped");
                    server.JumpClock(TimeSpan.FromHours(World.Random.Next(-48, 48)));
                }
                else
                {
                    Count("server stood still");
                    server.Freeze(World.Between(500, 90_000));
                }

                break;
        }
    }

    private void Rare(SimulatedServer server)
    {
        if (server != tree.Root && !server.IsRoot)
        {
            if (!tree.Plan.ReplicaRestores || AnyBackup(server) is not { } backup) return;
            var isSaid = World.OneIn(2);
            Count(isSaid ? "replica restored" : "old files put in a replica's place");
            server.Restore(isSaid ? backup : _backups[server][^1], AuthorityStart.Restart, isSaid);
        }
        else if (server == tree.Root && AnyBackup(server) is { } backup)
        {
            if (tree.Plan.CarelessCopies && World.OneIn(2))
            {
                Count("old files put in the root's place");
                server.Restore(backup, AuthorityStart.Restart);
            }
            else if (tree.Plan.RootRestores)
            {
                Count("root restored");
                server.Restore(backup, AuthorityStart.AfterLoss);
            }
        }
    }

    private void Compact(SimulatedServer root)
    {
        var log = (MemoryAuthorityLog)root.Log!; // a root that is up
        if (log.Halted is not null) return;
        Count("compaction");
        try
        {
            log.CompactAsync(World.Random.NextInt64(log.Head.Position.Sequence + 1), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            // The disk is full: later.
        }
    }

    /// <summary>The old root is cut off, and decides on; some time later a replica is made the root, and again later the old one is back.</summary>
    private void BeginPromotion()
    {
        if (!tree.HasFaults || tree.Root.IsUp == false || tree.Candidate.Served is null)
        {
            if (tree.HasFaults) World.After(World.Between(200, 2000), BeginPromotion);
            return;
        }

        var old = tree.Root;
        if (World.OneIn(2)) Isolate(old);
        World.After(World.Between(0, 3000), () =>
        {
            if (!tree.HasFaults || _isPromoted || tree.Candidate.Served is null) return;
            Count("replica promoted");
            _isPromoted = true;
            _superseded.Add(old);
            tree.Root = tree.Candidate;
            tree.Candidate.ChangeRole(isRoot: true, 0);
            tree.Candidate.AnnounceTo(old);
            if (World.OneIn(3)) World.After(World.Between(100, 5000), old.Crash);
        });
        World.After(World.Between(4000, 9000), () => Isolated = null);
    }

    private void Isolate(SimulatedServer server)
    {
        Count("root cut off");
        Isolated = server;
        foreach (var link in server.Links.ToArray()) link.Cut();
        foreach (var link in server.RollupLinks.ToArray()) link.Cut();
    }

    private void Backup(SimulatedServer server)
    {
        if (server is not { IsUp: true, Log: { } log } || log.Head.Position.IsEmpty) return;
        if (!_backups.TryGetValue(server, out var backups)) _backups[server] = backups = [];
        backups.Add(server.Backup());
        if (backups.Count > BackupsKept) backups.RemoveAt(World.Random.Next(BackupsKept));
    }

    private SimulatedBackup? AnyBackup(SimulatedServer server) =>
        _backups.TryGetValue(server, out var backups) && backups.Count > 0 && server.IsUp ? backups[World.Random.Next(backups.Count)] : null;

    private void Count(string what) => tree.Faults.Add(what);
}
