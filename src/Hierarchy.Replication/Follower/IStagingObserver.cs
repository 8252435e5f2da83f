using Hierarchy.Domain.Changes;

namespace Hierarchy.Replication.Follower;

/// <summary>
/// Sees the records of a catch-up or snapshot while they are staged, so that what is to be served can be made ready beside the disk. What it makes counts only once the fold succeeded and the
/// state is served. A staging that was begun before this process is seen in part, or not at all: then no <see cref="Begin"/> precedes.
/// </summary>
public interface IStagingObserver
{
    /// <summary>A staging begins with nothing in it; whatever was seen before counts no more. With <see cref="StagingMode.None"/> that alone: storage failed, and it is not known which pages it kept.</summary>
    void Begin(StagingMode mode);

    /// <summary>Records in log order; some may come again after a broken call. Waits while the observer is behind.</summary>
    ValueTask TakeAsync(IReadOnlyList<ChangeRecord> records, CancellationToken cancellationToken);
}
