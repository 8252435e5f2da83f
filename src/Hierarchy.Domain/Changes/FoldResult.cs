namespace Hierarchy.Domain.Changes;

/// <summary>The outcome of folding or applying.</summary>
public enum FoldResult
{
    /// <summary>Live now, and equal to the checkpoint.</summary>
    Folded = 1,

    /// <summary>Not equal to the checkpoint: nothing changed.</summary>
    DigestMismatch = 2,
}
