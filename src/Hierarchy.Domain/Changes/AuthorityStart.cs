namespace Hierarchy.Domain.Changes;

/// <summary>What came before an authority opens its log.</summary>
public enum AuthorityStart
{
    /// <summary>It was stopped, or died, with its log whole: the next epoch.</summary>
    Restart = 1,

    /// <summary>
    /// Its file may lack what it had given out: a backup was restored, or a mirror is promoted. The new epoch leaps over the numbers of epochs that may have begun elsewhere
    /// (<see cref="Epoch.Leap"/>), and over a million revision numbers, in one transaction.
    /// </summary>
    AfterLoss = 2,

    /// <summary>It has been superseded: no epoch begins, and every write is refused.</summary>
    Halted = 3,
}
