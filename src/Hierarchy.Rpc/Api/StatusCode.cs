namespace Grpc.Core;

/// <summary>The result codes of gRPC, as they stand in <c>grpc-status</c>.</summary>
public enum StatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>The operation was cancelled, typically by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error of which nothing more is known; also a status that the peer did not send.</summary>
    Unknown = 2,

    /// <summary>The argument is wrong whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the operation completed; it may have completed all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>Something that was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>Something that was to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a size limit or a resource is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the operation needs; do not retry until it is.</summary>
    FailedPrecondition = 9,

    /// <summary>A conflict with another operation; retry at a higher level.</summary>
    Aborted = 10,

    /// <summary>Past the valid range; unlike InvalidArgument this may change with the state.</summary>
    OutOfRange = 11,

    /// <summary>The operation does not exist or is not enabled here.</summary>
    Unimplemented = 12,

    /// <summary>An invariant or the protocol is broken.</summary>
    Internal = 13,

    /// <summary>The service cannot be reached now; retry with back-off.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt beyond recovery.</summary>
    DataLoss = 15,

    /// <summary>The caller gave no valid credentials.</summary>
    Unauthenticated = 16,
}
