namespace Hierarchy.Server.Upstream;

/// <summary>What a root takes from its upstream.</summary>
internal enum UpstreamKind
{
    /// <summary>The catalog, from Microsoft Update; this root decides.</summary>
    MicrosoftUpdate,

    /// <summary>The catalog, from a WSUS, by the same protocol; this root decides.</summary>
    Wsus,

    /// <summary>The catalog and the decisions, from a WSUS: groups, approvals, declines, accepted licences. This root decides nothing of these.</summary>
    WsusReplica,
}
