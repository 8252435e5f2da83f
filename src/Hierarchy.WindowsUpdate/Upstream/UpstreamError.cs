namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>The ErrorCode of a fault of [MS-WSUSSS] and what it asks for.</summary>
public enum UpstreamError
{
    /// <summary>A word that this version does not know, or none: stop.</summary>
    Unknown = 0,

    /// <summary>The cookie is not the server's, or has expired: authorize again.</summary>
    InvalidCookie,

    /// <summary>The authorization cookie is not the server's: authorize again.</summary>
    InvalidAuthorizationCookie,

    /// <summary>The server's database is another: forget all anchors and begin again.</summary>
    ServerChanged,

    /// <summary>Not now: back off.</summary>
    ServerBusy,

    /// <summary>The request is wrong, e.g. more ids than are allowed or a foreign anchor: stop.</summary>
    InvalidParameters,

    /// <summary>The server failed; also its answer to one id of many that it does not know.</summary>
    InternalServerError,

    /// <summary>The server speaks another version: stop.</summary>
    IncompatibleProtocolVersion,

    /// <summary>Files that the server does not know, perhaps because their updates were deleted there: synchronize again.</summary>
    FileDigestsMissing,

    /// <summary>More driver sets than the server takes: stop.</summary>
    TooManyIds,

    /// <summary>The server does not want this one: stop, its administrator decides.</summary>
    AccessDenied,
}
