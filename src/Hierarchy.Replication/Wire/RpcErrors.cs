using Hierarchy.Domain;
using Hierarchy.Replication.Follower;

namespace Hierarchy.Replication.Wire;

/// <summary>Between gRPC's status codes and what this room means by them. Nowhere else.</summary>
internal static class RpcErrors
{
    /// <summary>Why a call to a parent ended.</summary>
    public static (FeedEnd Why, string Reason) Explain(Exception e) => e switch
    {
        IntegrityException => (FeedEnd.Integrity, e.Message),
        UnavailableException => (FeedEnd.Unavailable, e.Message),
        _ => (FeedEnd.Unavailable, e.Message),
    };
}
