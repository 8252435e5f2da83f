namespace Hierarchy.Domain.Changes;

/// <summary>What a follower has staged and not folded yet.</summary>
/// <param name="Mode">Catch-up, snapshot, or none.</param>
/// <param name="Through">The end of the last staged page: where to go on after a crash.</param>
/// <param name="SourceFloor">The source's floor when the staging began.</param>
/// <param name="SourceHead">The highest head at which a staged page was read. Only a source that has come so far can go on: what had moved above that is missing in the pages.</param>
public sealed record StagingState(StagingMode Mode, long Through, long SourceFloor, long SourceHead)
{
    /// <summary>Nothing staged.</summary>
    public static StagingState None { get; } = new(StagingMode.None, 0, 0, 0);
}
