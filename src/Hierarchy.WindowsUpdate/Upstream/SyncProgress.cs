namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>How far a synchronization is.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Done">Documents of the phase that are dealt with; those known before count.</param>
/// <param name="Total">Documents of the phase; 0 while it is not known.</param>
/// <param name="Bytes">Received since the start, after decompression.</param>
/// <param name="Stored">Documents stored since the start.</param>
/// <param name="Quarantined">Documents put into quarantine since the start.</param>
public sealed record SyncProgress(SyncPhase Phase, int Done, int Total, long Bytes, int Stored, int Quarantined);
