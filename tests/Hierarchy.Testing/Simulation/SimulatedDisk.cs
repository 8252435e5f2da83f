using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>The disk of one server: full for a while now and then, and the power may fail just before or after any write.</summary>
internal sealed class SimulatedDisk(SimulatedTree tree)
{
    private const int FailsOneIn = 400;
    private TimeSpan _fullUntil;

    public void Watch(MemoryLog log)
    {
        log.BeforeWrite = Before;
        log.AfterWrite = After;
    }

    /// <summary>To be called before a write.</summary>
    public void Before(string what)
    {
        if (!tree.HasFaults || !tree.Plan.Disks) return;
        if (tree.World.Elapsed < _fullUntil) throw Full(what);
        if (!tree.World.OneIn(FailsOneIn)) return;
        if (tree.World.OneIn(2))
        {
            _fullUntil = tree.World.Elapsed + tree.World.Between(0, 1500);
            throw Full(what);
        }

        tree.Faults.Add("power lost before a write");
        throw new PowerLossException("before " + what);
    }

    /// <summary>To be called when the write is done and nobody knows yet.</summary>
    public void After(string what)
    {
        if (!tree.HasFaults || !tree.Plan.Disks || !tree.World.OneIn(FailsOneIn)) return;
        tree.Faults.Add("power lost after a write");
        throw new PowerLossException("after " + what);
    }

    private IOException Full(string what)
    {
        tree.Faults.Add("disk full");
        return new IOException($"No space left on device: {what}");
    }
}
