namespace Hierarchy.Domain.Changes;

/// <summary>How staged pages become live.</summary>
public enum StagingMode
{
    /// <summary>Nothing is staged.</summary>
    None = 0,

    /// <summary>On top of the live records.</summary>
    CatchUp = 1,

    /// <summary>Instead of the live records.</summary>
    Snapshot = 2,
}
