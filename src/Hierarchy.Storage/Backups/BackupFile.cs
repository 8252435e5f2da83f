namespace Hierarchy.Storage.Backups;

/// <summary>A file in a backup.</summary>
/// <param name="Name">Its path in the data directory, with forward slashes.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record BackupFile(string Name, long Length, string Sha256);
