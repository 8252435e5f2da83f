using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Replication.Follower;

namespace Hierarchy.Replication.Wire;

/// <summary>What the end of a call to a parent means: from gRPC's status codes to this room's terms. Nowhere else.</summary>
internal static class RpcErrors
{
    /// <summary>Why a call to a parent ended, in words that go on a line after the parent's address.</summary>
    public static (FeedEnd Why, string Reason) Explain(Exception e) => e switch
    {
        IntegrityException => (FeedEnd.Integrity, e.Message),
        UnavailableException => (FeedEnd.Unavailable, e.Message),
        RpcException rpc => (WhyOf(rpc.StatusCode), Describe(rpc)),
        _ => (FeedEnd.Unavailable, e.Message),
    };

    private static FeedEnd WhyOf(StatusCode code) => code switch
    {
        StatusCode.DataLoss => FeedEnd.Integrity,
        StatusCode.FailedPrecondition or StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.InvalidArgument or StatusCode.Unimplemented => FeedEnd.Refused,
        _ => FeedEnd.Unavailable,
    };

    private static string Describe(RpcException rpc) => rpc.StatusCode switch
    {
        StatusCode.Unimplemented => "it answers, but has no feed; check that the address is the gRPC address of a Hierarchy server.",
        StatusCode.Cancelled when rpc.Status.Detail.Length == 0 => "the call was cut.",
        _ => rpc.Status.Detail.Length > 0 ? rpc.Status.Detail : $"it ended the call with {rpc.StatusCode}.",
    };
}
