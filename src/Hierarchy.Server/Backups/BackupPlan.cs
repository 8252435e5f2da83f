namespace Hierarchy.Server.Backups;

/// <summary>What happens with backups by the schedule.</summary>
/// <param name="Folder">An absolute path; where they stand.</param>
/// <param name="Keep">How many stay.</param>
internal sealed record BackupPlan(string Folder, int Keep)
{
    /// <summary>The most that can stay.</summary>
    public const int MostKept = 1000;

    /// <summary>Nothing is set.</summary>
    public static BackupPlan None { get; } = new("", 1);
}
