namespace Hierarchy.Server.Backups;

/// <summary>How far a backup is.</summary>
/// <param name="Phase">`copying`, `verifying` or `writing`.</param>
/// <param name="File">What is worked on.</param>
/// <param name="Done">Bytes of the phase that are done.</param>
/// <param name="Total">Of how many.</param>
internal sealed record BackupStep(string Phase, string File, long Done, long Total);
