using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Succession;

/// <summary>What a root concludes from a reign that it hears of: nothing but the two histories counts, not who told.</summary>
public static class ReignJudge
{
    /// <summary>How a reign stands to the newest epoch of a root's log.</summary>
    /// <param name="log">The root's; it has at least one epoch.</param>
    /// <param name="reign">Where somebody stands; its sequence does not count.</param>
    public static Verdict Judge(ILogReader log, Position reign)
    {
        var own = log.Epochs[^1];
        if (reign.Log != log.Head.Position.Log || reign.Epoch < 1) return Verdict.OtherLog;
        if (reign.Epoch < own.Number) return log.Epochs.Any(epoch => epoch.Number == reign.Epoch && epoch.Id == reign.EpochId) ? Verdict.Own : Verdict.Older;
        if (reign.Epoch > own.Number) return Verdict.Newer;
        return reign.EpochId == own.Id ? Verdict.Own : Verdict.Disputed;
    }
}
