namespace Hierarchy.Content;

/// <summary>What went in and out since the server started. Bytes are those of files, without headers.</summary>
public sealed record ContentCounts
{
    /// <summary>Bytes sent to Hierarchy's agents.</summary>
    public long BytesServedToAgents { get; init; }

    /// <summary>Bytes sent to all other clients: Windows and its Delivery Optimization.</summary>
    public long BytesServedToClients { get; init; }

    /// <summary>Bytes sent to servers below or beside this one.</summary>
    public long BytesServedToServers { get; init; }

    /// <summary>Bytes received from the parent.</summary>
    public long BytesFetchedFromParent { get; init; }

    /// <summary>Bytes received from servers of the same site.</summary>
    public long BytesFetchedFromSiblings { get; init; }

    /// <summary>Bytes received from Microsoft Update.</summary>
    public long BytesFetchedFromMicrosoftUpdate { get; init; }

    /// <summary>Files fetched, verified and stored.</summary>
    public long FilesStored { get; init; }

    /// <summary>Times that what an origin sent was not the file.</summary>
    public long VerificationFailures { get; init; }

    /// <summary>Stored files that turned out damaged and were put aside.</summary>
    public long FilesQuarantined { get; init; }
}
