namespace Hierarchy.Content;

/// <summary>Counts content bytes as they move. Every byte handed to a connection or read from one is counted once.</summary>
public sealed class ContentCounters
{
    private readonly long[] _served = new long[3];
    private readonly long[] _fetched = new long[3];
    private long _filesStored;
    private long _verificationFailures;
    private long _filesQuarantined;

    /// <summary>The counts now.</summary>
    public ContentCounts Read() => new()
    {
        BytesServedToAgents = Interlocked.Read(ref _served[(int)ContentAsker.Agent]),
        BytesServedToClients = Interlocked.Read(ref _served[(int)ContentAsker.Client]),
        BytesServedToServers = Interlocked.Read(ref _served[(int)ContentAsker.Server]),
        BytesFetchedFromParent = Interlocked.Read(ref _fetched[(int)ContentOriginKind.Parent]),
        BytesFetchedFromSiblings = Interlocked.Read(ref _fetched[(int)ContentOriginKind.Sibling]),
        BytesFetchedFromMicrosoftUpdate = Interlocked.Read(ref _fetched[(int)ContentOriginKind.MicrosoftUpdate]),
        FilesStored = Interlocked.Read(ref _filesStored),
        VerificationFailures = Interlocked.Read(ref _verificationFailures),
        FilesQuarantined = Interlocked.Read(ref _filesQuarantined),
    };

    internal void Served(ContentAsker asker, long bytes) => Interlocked.Add(ref _served[(int)asker], bytes);

    internal void Fetched(ContentOriginKind origin, long bytes) => Interlocked.Add(ref _fetched[(int)origin], bytes);

    internal void Stored() => Interlocked.Increment(ref _filesStored);

    internal void FailedVerification() => Interlocked.Increment(ref _verificationFailures);

    internal void Quarantined() => Interlocked.Increment(ref _filesQuarantined);
}
