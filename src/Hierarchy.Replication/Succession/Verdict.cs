namespace Hierarchy.Replication.Succession;

/// <summary>How another reign stands to a root's own.</summary>
public enum Verdict
{
    /// <summary>Of another log, or of none.</summary>
    OtherLog = 1,

    /// <summary>A part of the own history.</summary>
    Own = 2,

    /// <summary>It gives way: its number is lower.</summary>
    Older = 3,

    /// <summary>It wins: this root decides nothing any more.</summary>
    Newer = 4,

    /// <summary>Neither wins: both decide nothing until an operator chooses.</summary>
    Disputed = 5,
}
