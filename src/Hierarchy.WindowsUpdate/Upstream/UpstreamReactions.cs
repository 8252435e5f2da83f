using Hierarchy.Domain;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>The reaction to each error, and what the operator is told when there is none left. The only table of them.</summary>
internal static class UpstreamReactions
{
    /// <summary>A fault without an ErrorCode, or with one that the specification does not know, stops the protocol.</summary>
    public static UpstreamReaction To(UpstreamError error) => error switch
    {
        UpstreamError.InvalidCookie or UpstreamError.InvalidAuthorizationCookie => UpstreamReaction.AuthorizeAgain,
        UpstreamError.ServerChanged => UpstreamReaction.ResetAnchors,
        UpstreamError.ServerBusy => UpstreamReaction.BackOff,
        UpstreamError.FileDigestsMissing => UpstreamReaction.SynchronizeAgain,
        _ => UpstreamReaction.Stop,
    };

    public static bool Is(this UpstreamFaultException exception, UpstreamReaction reaction) => To(exception.Fault.Error) == reaction;

    /// <summary>The end of a synchronization by a fault, with the operator's next step.</summary>
    public static Exception Explain(UpstreamFaultException exception)
    {
        var message = $"{exception.Message} {NextStep(exception.Fault.Error)}";
        return exception.Fault.Error == UpstreamError.ServerBusy ? new UnavailableException(message, exception) : new IntegrityException(message, exception);
    }

    private static string NextStep(UpstreamError error) => error switch
    {
        UpstreamError.ServerBusy => "It is busy; the synchronization can be repeated at any time and goes on where it was.",
        UpstreamError.InvalidCookie or UpstreamError.InvalidAuthorizationCookie =>
            "It refuses every new authorization of this server. Check the upstream's log, its clock and its list of downstream servers.",
        UpstreamError.ServerChanged => "It says so again and again. Check whether a load balancer mixes servers that do not share a database.",
        UpstreamError.IncompatibleProtocolVersion => "It does not speak this server's version of the protocol. Check that it is WSUS 3.0 SP2 or later, or Microsoft Update.",
        UpstreamError.InvalidParameters => "It calls a request of this server wrong. Check that it is WSUS 3.0 SP2 or later, or Microsoft Update, and its log (SoftwareDistribution.log on WSUS).",
        UpstreamError.AccessDenied => "It does not serve this server. Ask its administrator to allow it as a downstream server.",
        UpstreamError.FileDigestsMissing => "It does not know the files any more. Synchronize again.",
        _ => "Look for the incident in the upstream's log (SoftwareDistribution.log on WSUS).",
    };
}
