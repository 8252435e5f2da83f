using Hierarchy.Replication.Follower;

namespace Hierarchy.Server.Roles;

/// <summary>Counts of what should not happen, since the start, and where this server's follower stands.</summary>
internal sealed class ServerFaults
{
    private long _digestMismatches;
    private long _repairs;
    private volatile FollowerStatus? _following;

    /// <summary>Where the follower stands; null at a server that follows nobody.</summary>
    public FollowerStatus? Following
    {
        get => _following;
        set => _following = value;
    }

    /// <summary>States that did not equal their checkpoint; none was served.</summary>
    public long DigestMismatches
    {
        get => Interlocked.Read(ref _digestMismatches);
        set => Interlocked.Exchange(ref _digestMismatches, value);
    }

    /// <summary>States that were put right by fetching the records that differed.</summary>
    public long Repairs
    {
        get => Interlocked.Read(ref _repairs);
        set => Interlocked.Exchange(ref _repairs, value);
    }
}
