namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What a downstream server does about a fault of its upstream ([MS-WSUSSS] 2.2.9.3).</summary>
public enum UpstreamReaction
{
    /// <summary>Ends the synchronization and says why.</summary>
    Stop = 0,

    /// <summary>Begins with authorization and repeats the call; a few times, then it stops.</summary>
    AuthorizeAgain,

    /// <summary>Forgets every anchor and begins the synchronization again; a few times, then it stops.</summary>
    ResetAnchors,

    /// <summary>Waits with growing, jittered delays and repeats the call; a few times, then it stops.</summary>
    BackOff,

    /// <summary>Takes what was said for an answer: the next synchronization learns what there still is.</summary>
    SynchronizeAgain,
}
