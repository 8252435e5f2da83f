using System.Net;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.WindowsUpdate.Diagnosis;

/// <summary>What an operator does about an answer that was no good.</summary>
internal static class Advice
{
    public const string Answer = "Check that it is the address of an update server and that no proxy answers in its place; try again in a while.";

    private const string Address = "Check --microsoft-update: a WSUS answers at http://server:8530 or https://server:8531, Microsoft Update at https://sws.update.microsoft.com.";

    /// <summary>For a fault of the protocol.</summary>
    public static string For(UpstreamError error) => error switch
    {
        UpstreamError.ServerBusy => "The upstream is busy. Try again in a while; synchronizations wait by themselves.",
        UpstreamError.InvalidCookie or UpstreamError.InvalidAuthorizationCookie =>
            "It does not know a cookie that it has just given out. Behind a load balancer, check that its servers share one database and one key.",
        UpstreamError.ServerChanged => "Its database is another than a moment ago. Behind a load balancer, check that its servers share one database.",
        UpstreamError.IncompatibleProtocolVersion => "Check that it is WSUS 3.0 SP2 or later, or Microsoft Update.",
        UpstreamError.InvalidParameters => "It refuses what every downstream server sends. Look for the incident in its log (SoftwareDistribution.log on WSUS).",
        _ => "Look for the incident in the upstream's log (SoftwareDistribution.log on WSUS).",
    };

    /// <summary>For an answer that is no SOAP; null when its head does not tell why.</summary>
    public static Finding? For(HttpStatusCode status, string? contentType, Uri root)
    {
        var code = (int)status;
        var page = contentType is "text/html" or "text/plain" ? $" with a page ({contentType})" : "";
        return status switch
        {
            HttpStatusCode.NotFound => Finding.Failed($"{root.Authority} answered HTTP 404{page}: it has no update service there.", Address),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                Finding.Failed($"{root.Authority} answered HTTP {code}{page}: it does not let this server in.", "Check the upstream's access rules (IIS: authentication, address restrictions), and those of a proxy between."),
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout =>
                Finding.Failed($"{root.Authority} answered HTTP {code}{page}: the service behind the address is stopped or overloaded.", "On WSUS, start the application pool WsusPool and raise its memory limit; else try again in a while."),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => Finding.Failed($"{root.Authority} answered HTTP {code}: it sends its callers elsewhere, and redirects are not followed.", Address),
            HttpStatusCode.OK when page.Length > 0 => Finding.Failed(
                $"{root.Authority} answered{page} instead of SOAP.", "A proxy's login page, or a web server: open the address in a browser from this computer, and check --microsoft-update."),
            HttpStatusCode.OK or HttpStatusCode.InternalServerError => null,
            _ => Finding.Failed($"{root.Authority} answered HTTP {code}{page}.", Answer),
        };
    }
}
