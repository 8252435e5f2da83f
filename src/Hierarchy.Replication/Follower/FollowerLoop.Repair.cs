using Hierarchy.Replication.Repair;

namespace Hierarchy.Replication.Follower;

/// <summary>Repairs of the mirror: asked for by the machine at a mismatch, and from outside when rows are found to be rotten.</summary>
public sealed partial class FollowerLoop
{
    private TaskCompletionSource _rotten = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _withheld; // nothing is served until the rows are repaired, or turn out to be sound

    /// <summary>Rows of the mirror are not what its checkpoint says: servers below get no pages, and a repair begins as soon as the follower is between two messages.</summary>
    /// <param name="isServed">A state is served that was read before; else the view is made anew also when the comparison finds nothing wrong.</param>
    public void OnRotten(bool isServed = true)
    {
        _downstream?.Hold(true);
        if (!isServed) Volatile.Write(ref _withheld, true);
        Volatile.Read(ref _rotten).TrySetResult();
    }

    private bool IsRottenNow()
    {
        if (!_rotten.Task.IsCompleted) return false;
        Volatile.Write(ref _rotten, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return true;
    }

    private async Task<RepairOutcome> RepairAsync(Uri parent, bool isThorough, CancellationToken cancellationToken)
    {
        if (_compare is null) return new RepairOutcome.TakeSnapshot("nothing is there to compare with.");
        var driver = new RepairDriver(_log, _observer, _options.SilenceLimit, _time, OnOwnRows);
        var outcome = await driver.RunAsync(_self, isThorough, token => _compare(parent, token), cancellationToken);
        // All other ends lead to a fold, which serves by itself.
        if (outcome is RepairOutcome.Sound && Volatile.Read(ref _withheld)) _unserved = true;
        return outcome;
    }

    private void OnOwnRows(bool areSound)
    {
        if (!areSound) Log.Rotten(_logger);
        _downstream?.Hold(!areSound);
    }
}
