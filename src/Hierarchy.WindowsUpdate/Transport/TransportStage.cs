namespace Hierarchy.WindowsUpdate.Transport;

/// <summary>How far a connection came before it failed.</summary>
internal enum TransportStage
{
    /// <summary>A host's name has no address.</summary>
    NameResolution,

    /// <summary>Nobody accepts connections there.</summary>
    Connection,

    /// <summary>The proxy does not let it through.</summary>
    Proxy,

    /// <summary>No agreement on TLS, or a certificate that is not accepted.</summary>
    Tls,

    /// <summary>Connected, and then no answer, or a broken one.</summary>
    Answer,
}
