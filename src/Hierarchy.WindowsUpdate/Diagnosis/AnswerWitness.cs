using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Hierarchy.WindowsUpdate.Diagnosis;

/// <summary>Stands beside the calls of a diagnosis and remembers what the last one met below SOAP.</summary>
internal sealed class AnswerWitness(TimeProvider time) : DelegatingHandler
{
    /// <summary>The certificate that was accepted, described while it was there; null before one was.</summary>
    public string? Certificate { get; private set; }

    /// <summary>What kept the call from an answer; null when one came.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The answer's status; null without one.</summary>
    public HttpStatusCode? Status { get; private set; }

    /// <summary>The answer's kind of content, e.g. `text/html`; null when it was not said.</summary>
    public string? ContentType { get; private set; }

    /// <summary>The time there, by the answer's Date header; null when it was not said.</summary>
    public DateTimeOffset? TimeThere { get; private set; }

    /// <summary>The time here in the middle of the exchange.</summary>
    public DateTimeOffset TimeHere { get; private set; }

    /// <summary>How long the answer's head took; the two times are not known better than that.</summary>
    public TimeSpan RoundTrip { get; private set; }

    /// <summary>Shown each certificate that is accepted, before the answer.</summary>
    public void Accepted(X509Certificate2 certificate) => Certificate =
        $"certificate for {string.Join(", ", Transport.CertificateCheck.NamesOf(certificate).Take(5))}, issued by {certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true)}, "
        + $"valid until {Transport.CertificateCheck.Day(certificate.NotAfter)} ({(certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime).TotalDays:0} days)";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        (Failure, Status, ContentType, TimeThere) = (null, null, null, null);
        var started = time.GetTimestamp();
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            RoundTrip = time.GetElapsedTime(started);
            TimeHere = time.GetUtcNow() - (RoundTrip / 2);
            (Status, ContentType, TimeThere) = (response.StatusCode, response.Content.Headers.ContentType?.MediaType, response.Headers.Date);
            return response;
        }
        catch (Exception exception)
        {
            Failure = exception;
            throw;
        }
    }
}
