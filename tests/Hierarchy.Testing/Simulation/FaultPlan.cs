namespace Hierarchy.Testing.Simulation;

/// <summary>Which faults a seed has: each run has some of them and not others, so that one kind does not hide what another would show.</summary>
internal sealed record FaultPlan
{
    /// <summary>Power fails, programs die.</summary>
    public bool Crashes { get; init; }

    /// <summary>Calls break, fall silent, stand still.</summary>
    public bool Cuts { get; init; }

    /// <summary>Writes fail, or the power fails just before or after one.</summary>
    public bool Disks { get; init; }

    /// <summary>Wall clocks jump; whole servers stand still for a while and then find that time has passed.</summary>
    public bool Clocks { get; init; }

    /// <summary>A follower has two calls at once.</summary>
    public bool Duplicates { get; init; }

    /// <summary>What parents send is wrong: one in so many messages; 0 for never.</summary>
    public int LieOneIn { get; init; }

    /// <summary>Tombstones are dropped.</summary>
    public bool Compaction { get; init; }

    /// <summary>Replicas come back from old backups.</summary>
    public bool ReplicaRestores { get; init; }

    /// <summary>The root comes back from an old backup.</summary>
    public bool RootRestores { get; init; }

    /// <summary>A replica is made the root while the old one is cut off, and the old one comes back.</summary>
    public bool Promotion { get; init; }

    /// <summary>Somebody puts an old copy of the root's files in place and tells nobody: two reigns may have one number.</summary>
    public bool CarelessCopies { get; init; }

    /// <summary>Records rot on the disks of replicas.</summary>
    public bool Rots { get; init; }

    /// <summary>True when a part of the history may be lost.</summary>
    public bool LosesHistory => RootRestores || Promotion || CarelessCopies;

    public static FaultPlan Draw(VirtualWorld world) => new FaultPlan
    {
        Crashes = !world.OneIn(4),
        Cuts = !world.OneIn(4),
        Disks = world.OneIn(2),
        Clocks = world.OneIn(2),
        Duplicates = world.OneIn(2),
        LieOneIn = world.OneIn(2) ? 0 : world.Random.Next(10, 60),
        Compaction = !world.OneIn(4),
        ReplicaRestores = world.OneIn(3),
        RootRestores = world.OneIn(4),
        Promotion = world.OneIn(4),
        CarelessCopies = world.OneIn(8),
    }.WithRot(world);

    // A promoted replica whose records rotted would be a rotten root, which nobody can repair.
    private FaultPlan WithRot(VirtualWorld world) => this with { Rots = LieOneIn > 0 && !Promotion && world.OneIn(2) };
}
