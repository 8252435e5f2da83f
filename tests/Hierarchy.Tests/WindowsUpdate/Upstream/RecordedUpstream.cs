using System.Net;
using System.Text;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>Answers each operation with what was recorded from a real server, or with what a test gives; remembers what it was asked.</summary>
internal sealed class RecordedUpstream : HttpMessageHandler
{
    private const string AuthorizationAnswer =
        """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><GetAuthorizationCookieResponse xmlns="http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"><GetAuthorizationCookieResult><PlugInId>DssTargeting</PlugInId><CookieData>AAAA</CookieData></GetAuthorizationCookieResult></GetAuthorizationCookieResponse></soap:Body></soap:Envelope>""";

    private readonly Dictionary<string, Queue<(HttpStatusCode Status, string Body)>> _answers = [];

    public RecordedUpstream()
    {
        Answer("GetAuthConfig", Recording("000001-GetAuthConfig"));
        Answer("GetAuthorizationCookie", AuthorizationAnswer);
        Answer("GetCookie", Recording("000003-GetCookie"));
        Answer("GetConfigData", Recording("000005-GetConfigData"));
    }

    /// <summary>The Retry-After of answers that are no success.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The Location of answers that are no success.</summary>
    public Uri? Location { get; init; }

    public List<(string Operation, Uri Address, string Body)> Requests { get; } = [];

    public static string Recording(string folder) => File.ReadAllText(RepositoryRoot.Fixture($"wsusss/wsus2025-captured/{folder}/response.body"));

    /// <summary>Queues an answer; the last one stays for all further calls. A fault is an answer with 500.</summary>
    public RecordedUpstream Answer(string operation, string body, HttpStatusCode? status = null)
    {
        if (!_answers.TryGetValue(operation, out var queue)) _answers.Add(operation, queue = new());
        queue.Enqueue((status ?? (body.Contains("Fault>", StringComparison.Ordinal) ? HttpStatusCode.InternalServerError : HttpStatusCode.OK), body));
        return this;
    }

    public RecordedUpstream Instead(string operation, string body, HttpStatusCode? status = null)
    {
        _answers.Remove(operation);
        return Answer(operation, body, status);
    }

    public UpstreamClient Client(Action<UpstreamOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new UpstreamOptions { Address = new Uri("http://wsus.example:8530"), AccountName = "root.example", AccountId = Guid.NewGuid(), RetryDelay = TimeSpan.FromMilliseconds(1) };
        configure?.Invoke(options);
        return new UpstreamClient(new HttpClient(this, disposeHandler: false), options, time ?? TimeProvider.System);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var action = request.Headers.GetValues("SOAPAction").Single().Trim('"');
        var operation = action[(action.LastIndexOf('/') + 1)..];
        Requests.Add((operation, request.RequestUri!, await request.Content!.ReadAsStringAsync(cancellationToken)));
        var queue = _answers[operation];
        var (status, body) = queue.Count > 1 ? queue.Dequeue() : queue.Peek();
        var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "text/xml") };
        if (response.IsSuccessStatusCode) return response;
        if (RetryAfter is not null) response.Headers.TryAddWithoutValidation("Retry-After", RetryAfter);
        response.Headers.Location = Location;
        return response;
    }
}
