namespace Hierarchy.Content.Transfer;

/// <summary>How far a transfer is.</summary>
public enum TransferState
{
    /// <summary>Waits for its turn.</summary>
    Queued = 0,

    /// <summary>Bytes move.</summary>
    Fetching = 1,

    /// <summary>Waits after a failure.</summary>
    Waiting = 2,

    /// <summary>Waits for a link that is closed by its schedule.</summary>
    WaitingForLink = 3,
}
