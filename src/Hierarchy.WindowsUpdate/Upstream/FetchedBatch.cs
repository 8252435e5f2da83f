namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What became of the ids of one batch; each is in one of the two lists.</summary>
internal sealed record FetchedBatch(int Asked, List<SyncedRevision> Revisions, List<QuarantinedDocument> Quarantined)
{
    /// <summary>Nothing but failures so far, and the upstream has shown that it is not the cause.</summary>
    public bool IsUpstreamCleared { get; set; }
}
