using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Repair;
using Hierarchy.Testing.Logs;

namespace Hierarchy.Testing.Simulation;

/// <summary>Rot, scrubs and repairs of a simulated mirror.</summary>
internal sealed partial class SimulatedServer
{
    private bool _isRepairing;

    /// <summary>True when its rows are what its head says.</summary>
    public bool IsSound => Image.RecomputedDigest().AsSpan().SequenceEqual(Image.Head.Digest.Span);

    /// <summary>A record changes on its disk, and nothing says so.</summary>
    public void Rot()
    {
        if (!IsUp || IsRoot) return;
        var live = Log!.Image.Records.Values.Where(record => record is { IsTombstone: false, Kind: not RecordKinds.Epoch }).ToArray(); // it was started
        if (live.Length == 0) return;
        _tree.Faults.Add("record rotted");
        Log.Rot(live[_tree.World.Random.Next(live.Length)].Sequence, new byte[] { 0xde, 0xad });
    }

    /// <summary>The rows are read again; if they are not what the checkpoint says, they are repaired as soon as the follower is between two messages.</summary>
    public void Scrub()
    {
        if (!IsUp || Follower is not { IsIdle: true } follower || _isRepairing || IsSound) return;
        _tree.Faults.Add("rot found");
        follower.Rotten();
        Work();
    }

    private void Repair(SimulatedServer parent, bool isThorough)
    {
        _isRepairing = true;
        var parentLife = parent._life;
        SimulatedRepair? repair = null;
        Later(_tree.Latency(), Step);

        void Step()
        {
            if (!parent.IsUp || parentLife != parent._life || !_tree.IsReachable(this, parent))
            {
                End(new RepairOutcome.Unavailable("gone"));
                return;
            }

            repair ??= new SimulatedRepair((MemoryMirrorLog)Log!, Self, isThorough, parent.Source!) { SourceRotten = () => parent.Later(TimeSpan.FromMilliseconds(1), parent.Scrub) }; // both are up
            try
            {
                if (repair.Step()) Later(_tree.World.OneIn(3) ? _tree.Latency() : _tree.World.Between(0.1, 4), Step);
                else End(repair.Outcome!); // it has ended
            }
            catch (IOException e)
            {
                _isRepairing = false;
                Follower!.StorageFailed(e.Message); // up in this life
                Work();
            }
        }

        void End(RepairOutcome outcome)
        {
            _isRepairing = false;
            if (outcome is RepairOutcome.Staged) _tree.Faults.Add("repaired");
            Follower!.Repaired(outcome); // up in this life
            Work();
        }
    }
}
