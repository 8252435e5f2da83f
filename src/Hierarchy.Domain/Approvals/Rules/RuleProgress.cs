using Hierarchy.Domain.Changes;

namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>
/// How far the rules have looked: every update whose first revision stands at or before this position of the catalog's log has been theirs, and never is again by itself. It is a record that
/// commits with the approvals, so that a server which dies between a synchronization and its rules, or is replaced by another one, neither leaves an update out nor looks at it twice.
/// </summary>
/// <param name="Position">In the log that holds the catalog: the tree's, also where an autonomous server decides.</param>
public sealed record RuleProgress(Position Position)
{
    /// <summary>
    /// The sequence behind which updates are new. Where the catalog's log was taken back (its root was restored, or another one was promoted) it is the last one that both histories share:
    /// what the new reign wrote under numbers that were looked at before is looked at. Null for another log: nothing of it can be compared.
    /// </summary>
    /// <param name="epochs">Of the catalog's log, ascending.</param>
    /// <param name="head">Of the catalog's log.</param>
    public long? SinceIn(IReadOnlyList<Epoch> epochs, LogHead head)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        ArgumentNullException.ThrowIfNull(head);
        if (Position.Log != head.Position.Log) return null;
        for (var i = epochs.Count - 1; i >= 0; i--)
        {
            if (epochs[i].Number > Position.Epoch || (epochs[i].Number == Position.Epoch && epochs[i].Id != Position.EpochId)) continue;
            var end = i + 1 < epochs.Count ? epochs[i + 1].FirstSequence - 1 : head.Position.Sequence;
            return Math.Min(Position.Sequence, end);
        }

        return 0;
    }
}
