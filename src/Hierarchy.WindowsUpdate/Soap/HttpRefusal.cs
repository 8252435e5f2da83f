using System.Net;
using System.Net.Http.Headers;
using Hierarchy.Domain;

namespace Hierarchy.WindowsUpdate.Soap;

/// <summary>What an HTTP status other than success means where a SOAP answer was due: whether to come back, when, and what the operator looks at.</summary>
internal static class HttpRefusal
{
    private const string Address = "Check that it is the address of an update server";

    /// <summary>The exception to end the call with.</summary>
    /// <param name="operation">The call.</param>
    /// <param name="address">Where it went.</param>
    /// <param name="status">What came back.</param>
    /// <param name="elsewhere">Its Location, for a redirection.</param>
    /// <param name="retryAfter">Its Retry-After, as a wait from now.</param>
    public static Exception Explain(string operation, Uri address, HttpStatusCode status, Uri? elsewhere, TimeSpan? retryAfter)
    {
        var (what, nextStep) = (int)status switch
        {
            >= 300 and < 400 => ($"sends its clients to {elsewhere?.ToString() ?? "another address"}", $"{Address}, and whether it wants https; a redirection is not followed"),
            401 => ("demands an account, which the protocol has none of", $"{Address}, and that IIS lets anonymous users to ServerSyncWebService and DssAuthWebService"),
            403 => ("refuses this server", $"{Address}, whether it wants https (WSUS with TLS required answers http so), and whether it restricts addresses"),
            404 or 405 or 410 => ("has no update service there", $"{Address}: for WSUS with its port, e.g. http://wsus:8530"),
            408 => ("waited in vain for the request", "Check the network between, and any proxy"),
            429 => ("is asked too often", "The synchronization can be repeated later and goes on where it was"),
            502 or 504 => ("is behind a gateway or proxy that got no answer from it", "Check the upstream and the gateway; the synchronization can be repeated at any time"),
            503 => ("is not available", "On WSUS, check that the application pool WsusPool runs and is not out of memory; the synchronization can be repeated at any time"),
            >= 500 => ("failed without a SOAP fault", "Look into the upstream's log; the synchronization can be repeated at any time"),
            _ => ("does not take the request", $"{Address}, and the access to it"),
        };
        var wait = retryAfter is { } time ? $" It asks to be left alone for {time:d\\.hh\\:mm\\:ss}." : "";
        var message = $"{operation}: the upstream {address} {what} (HTTP {(int)status} {status}).{wait} {nextStep}.";
        return (int)status is 408 or 429 or >= 500 ? new UnavailableException(message) { RetryAfter = retryAfter } : new IntegrityException(message);
    }

    /// <summary>The wait that a header asks for; null for none, and none is negative.</summary>
    public static TimeSpan? Wait(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var wait = header?.Delta ?? (header?.Date is { } date ? date - now : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
