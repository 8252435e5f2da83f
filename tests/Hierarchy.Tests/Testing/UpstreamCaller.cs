using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Hierarchy.Testing.MicrosoftUpdate;
using Xunit;

namespace Hierarchy.Tests.Testing;

/// <summary>Speaks to a simulated Microsoft Update with envelopes written by hand, so that nothing of the product stands between a test and the answers.</summary>
internal sealed partial class UpstreamCaller(MicrosoftUpdateServer server) : IDisposable
{
    public const string Namespace = "http://www.microsoft.com/SoftwareDistribution";
    public const string AuthorizationNamespace = "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService";

    private readonly HttpClient _http = new() { BaseAddress = server.Url };
    private string _cookie = string.Empty;

    public HttpClient Http => _http;

    public void Dispose() => _http.Dispose();

    /// <summary>Goes through authorization, with the captured requests where they are at hand.</summary>
    public async Task AuthorizeAsync()
    {
        var authorization = await CallAsync(
            $"""<GetAuthorizationCookie xmlns="{AuthorizationNamespace}"><accountName>probe.lab.invalid</accountName><accountGuid>6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12</accountGuid></GetAuthorizationCookie>""");
        var data = authorization.Descendants(XName.Get("CookieData", AuthorizationNamespace)).Single().Value;
        var cookie = await CallAsync(
            $"""<GetCookie xmlns="{Namespace}"><authCookies><AuthorizationCookie><PlugInId>DssTargeting</PlugInId><CookieData>{data}</CookieData></AuthorizationCookie></authCookies><protocolVersion>1.20</protocolVersion></GetCookie>""");
        _cookie = string.Concat(Child(Child(cookie, "GetCookieResponse"), "GetCookieResult").Elements().Select(element => element.ToString(SaveOptions.DisableFormatting)));
    }

    /// <summary>Sends an operation whose body is given without its cookie, and gives the SOAP body of the answer.</summary>
    public Task<XElement> CallAsync(string operation, string parameters) =>
        CallAsync($"""<{operation} xmlns="{Namespace}"><cookie>{_cookie}</cookie>{parameters}</{operation}>""");

    public async Task<XElement> CallAsync(string body)
    {
        var (status, answer) = await PostAsync(Envelope(body));
        Assert.Equal(HttpStatusCode.OK, status);
        return Body(answer);
    }

    /// <summary>Sends an operation that must end in a fault, and gives its error code and message.</summary>
    public async Task<(string ErrorCode, string Message)> FaultAsync(string operation, string parameters, string? cookie = null)
    {
        var (status, answer) = await PostAsync(Envelope($"""<{operation} xmlns="{Namespace}"><cookie>{cookie ?? _cookie}</cookie>{parameters}</{operation}>"""));
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        var detail = Body(answer).Elements().Single().Element("detail")!;
        return (detail.Element("ErrorCode")!.Value, detail.Element("Message")!.Value);
    }

    /// <summary>A recorded request with the redacted cookies replaced by valid ones.</summary>
    public string WithCookies(string recorded, string? authorization = null)
    {
        var sealedData = XElement.Parse($"<c xmlns='{Namespace}'>{_cookie}</c>").Elements().Last().Value;
        recorded = EncryptedData().Replace(recorded, $"<EncryptedData>{sealedData}</EncryptedData>");
        return authorization is null ? recorded : CookieData().Replace(recorded, $"<CookieData>{authorization}</CookieData>");
    }

    public async Task<(HttpStatusCode Status, XDocument Answer)> PostAsync(string envelope)
    {
        using var content = new StringContent(envelope, Encoding.UTF8, "text/xml");
        using var response = await _http.PostAsync("/ServerSyncWebService/ServerSyncWebService.asmx", content, TestContext.Current.CancellationToken);
        Assert.Equal("text/xml", response.Content.Headers.ContentType?.MediaType);
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, await XDocument.LoadAsync(stream, LoadOptions.PreserveWhitespace, TestContext.Current.CancellationToken));
    }

    public static XElement Body(XDocument answer) => Child(answer.Root!, "Body");

    public static XElement Child(XElement parent, string name) => parent.Elements().Single(element => element.Name.LocalName == name);

    public static IEnumerable<XElement> All(XElement parent, string name) => parent.Descendants().Where(element => element.Name.LocalName == name);

    /// <summary>The ids of an answer to GetRevisionIdList.</summary>
    public static List<(Guid Id, int Revision)> Listed(XElement body) =>
        [.. All(body, "UpdateIdentity").Select(item => (Guid.Parse(Child(item, "UpdateID").Value), int.Parse(Child(item, "RevisionNumber").Value)))];

    public static string Anchor(XElement body) => All(body, "Anchor").Single().Value;

    public static string Filter(Guid[] products, Guid[] classifications, bool delta = false, string? anchor = null) =>
        $"<filter>{(anchor is null ? null : $"<Anchor>{anchor}</Anchor>")}<GetConfig>false</GetConfig><Get63LanguageOnly>false</Get63LanguageOnly>"
        + $"<Categories>{Ids(products, delta)}</Categories><Classifications>{Ids(classifications, delta)}</Classifications></filter>";

    public static string Configuration(string? anchor = null) =>
        $"<filter>{(anchor is null ? null : $"<Anchor>{anchor}</Anchor>")}<GetConfig>true</GetConfig><Get63LanguageOnly>false</Get63LanguageOnly></filter>";

    public static string Identities(params IEnumerable<(Guid Id, int Revision)> keys) =>
        $"<updateIds>{string.Concat(keys.Select(key => $"<UpdateIdentity><UpdateID>{key.Id}</UpdateID><RevisionNumber>{key.Revision}</RevisionNumber></UpdateIdentity>"))}</updateIds>";

    private static string Ids(Guid[] ids, bool delta) =>
        string.Concat(ids.Select(id => $"<IdAndDelta><Id>{id}</Id><Delta>{(delta ? "true" : "false")}</Delta></IdAndDelta>"));

    private static string Envelope(string body) =>
        $"""<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>{body}</soap:Body></soap:Envelope>""";

    [GeneratedRegex("<EncryptedData>[^<]*</EncryptedData>")]
    private static partial Regex EncryptedData();

    [GeneratedRegex("<CookieData>[^<]*</CookieData>")]
    private static partial Regex CookieData();
}
