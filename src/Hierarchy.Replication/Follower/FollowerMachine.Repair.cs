using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Repair;

namespace Hierarchy.Replication.Follower;

/// <summary>
/// Repairs: at a mismatch, or when a scrub finds rotten rows, the follower compares with its parent and has only what differs. It gives up for a snapshot after two repairs at one parent that
/// did not lead to a checkpoint's state, or when every parent contradicted itself twice.
/// </summary>
internal sealed partial class FollowerMachine
{
    private const int MaxRepairsHere = 2;
    private const int MaxRounds = 2;

    private bool _wantsRepair; // until one has ended
    private bool _thorough;
    private bool _repairing;   // what is staged came from a repair
    private int _wrongSources;

    /// <summary>This server's own rows are not what its checkpoint says: a scrub, or a server below, found it.</summary>
    public IReadOnlyList<FollowerEffect> OnRotten()
    {
        if (_live is null || _wantsRepair || _replace || _folding is not null || _applying is not null) return [];
        _ignoreStaging = true;
        _wantsRepair = _thorough = true;
        Status = Status with { Reason = $"Records of this server's own storage do not equal its checkpoint at {_live.Position}; what it serves was read before. Comparing with {_parents[_parent]}." };
        // While it waits, no call is open: the repair begins when the wait is over.
        return _step == Step.Idle ? [] : [new FollowerEffect.Disconnect(), Call()];
    }

    /// <summary>The repair is over.</summary>
    public IReadOnlyList<FollowerEffect> OnRepaired(RepairOutcome outcome)
    {
        var parent = $"Repairing from {_parents[_parent]}:";
        switch (outcome)
        {
            case RepairOutcome.Staged staged:
                EndRepair();
                _repairing = _replace = true;
                _ignoreStaging = false;
                _staging = new StagingState(StagingMode.Snapshot, staged.Through, staged.Floor, staged.SourceHead);
                Status = Status with { Reason = $"{parent} {staged.Fetched} records fetched, {staged.Replaced} of this server's own replaced." };
                return [Call()];
            case RepairOutcome.Sound or RepairOutcome.OtherHistory:
                EndRepair();
                return [Call()];
            case RepairOutcome.TakeSnapshot snapshot:
                return GiveUp($"{parent} {snapshot.Reason} Taking a snapshot.");
            case RepairOutcome.SourceWrong wrong when ++_wrongSources >= MaxRounds * _parents.Count:
                return GiveUp($"{parent} {wrong.Reason} No parent could be compared with; taking a snapshot.");
            case RepairOutcome.SourceWrong wrong:
                return NextParent($"{parent} {wrong.Reason}", Patience.Long);
            case RepairOutcome.Behind behind:
                return NextParent($"{parent} {behind.Reason}", Patience.Short);
            default:
                return NextParent($"{parent} {((RepairOutcome.Unavailable)outcome).Reason}", Patience.Normal);
        }
    }

    private bool CanRepair => _live is not null && !_replace && _mismatchesHere < MaxRepairsHere;

    private FollowerEffect[] Repair(bool isThorough)
    {
        _wantsRepair = true;
        _thorough = isThorough;
        return [new FollowerEffect.Disconnect(), Call()];
    }

    private FollowerEffect.Repair CallForRepair()
    {
        _step = Step.Repairing;
        Status = Status with { Phase = FollowerPhase.Repairing, Parent = Status.Parent?.Url == _parents[_parent] ? Status.Parent : new ParentStatus(_parents[_parent], null, []) };
        return new FollowerEffect.Repair(_parent, _thorough);
    }

    private FollowerEffect[] GiveUp(string reason)
    {
        EndRepair();
        _replace = true;
        Status = Status with { Reason = reason };
        return [Call()];
    }

    private void EndRepair()
    {
        _wantsRepair = _thorough = false;
        _wrongSources = 0;
    }

    private void CountRepair()
    {
        if (_repairing) Status = Status with { Repairs = Status.Repairs + 1 };
        _repairing = false;
    }
}
