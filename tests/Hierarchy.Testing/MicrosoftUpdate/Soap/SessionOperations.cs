using System.Globalization;
using System.Text.RegularExpressions;

namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>The operations before any metadata: authorization, cookies, configuration ([MS-WSUSSS] 3.1.4.1 to 3.1.4.4).</summary>
internal sealed partial class SessionOperations(UpstreamState state)
{
    private const string PlugIn = "DssTargeting";

    public void GetAuthConfig(AnswerWriter answer) => answer
        .Raw("""<GetAuthConfigResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetAuthConfigResult><LastChange>"""u8)
        .Time(state.Now)
        .Raw("""</LastChange><AuthInfo><AuthPlugInInfo><PlugInID>DssTargeting</PlugInID><ServiceUrl>DssAuthWebService/DssAuthWebService.asmx</ServiceUrl><Parameter /></AuthPlugInInfo></AuthInfo></GetAuthConfigResult></GetAuthConfigResponse>"""u8);

    public void GetAuthorizationCookie(SoapRequest request, AnswerWriter answer)
    {
        if (request.Text("accountName") is not { } name || !HostName().IsMatch(name))
            throw new SoapFaultException(SoapFaultException.InvalidParameters, "accountName");
        if (!Guid.TryParseExact(request.Text("accountGuid"), "D", out var account))
            throw new SoapFaultException(SoapFaultException.InvalidParameters, "accountGuid");

        var (bytes, _) = state.Cookies.Issue(Cookies.Authorization, account);
        answer.Raw("""<GetAuthorizationCookieResponse xmlns="http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"><GetAuthorizationCookieResult><PlugInId>DssTargeting</PlugInId><CookieData>"""u8)
            .Base64(bytes)
            .Raw("</CookieData></GetAuthorizationCookieResult></GetAuthorizationCookieResponse>"u8);
    }

    public void GetCookie(SoapRequest request, AnswerWriter answer)
    {
        CheckVersion(request.Text("protocolVersion"));
        var cookies = request.Find("authCookies")?.Elements().ToList() ?? [];
        if (cookies.Count != 1 || SoapRequest.Child(cookies[0], "PlugInId")?.Value != PlugIn)
            throw new SoapFaultException(SoapFaultException.InvalidParameters, "authCookies");

        var account = state.Cookies.Check(Cookies.Authorization, SoapRequest.Bytes(cookies[0], "CookieData"), SoapFaultException.InvalidAuthorizationCookie);
        var (bytes, expiration) = state.Cookies.Issue(Cookies.Session, account);
        answer.Raw("""<GetCookieResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetCookieResult><Expiration>"""u8)
            .Time(expiration)
            .Raw("</Expiration><EncryptedData>"u8)
            .Base64(bytes)
            .Raw("</EncryptedData></GetCookieResult></GetCookieResponse>"u8);
    }

    public void GetConfigData(SoapRequest request, AnswerWriter answer)
    {
        CheckCookie(state, request);
        var anchor = Anchor.Read(request.Text("configAnchor"), "configAnchor");
        state.Known(anchor, "configAnchor");

        answer.Raw("""<GetConfigDataResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetConfigDataResult><CatalogOnlySync>false</CatalogOnlySync><LazySync>true</LazySync><ServerHostsPsfFiles>false</ServerHostsPsfFiles><MaxNumberOfComputerIdsInRequest>"""u8)
            .Number(state.Options.MaxComputerIdsPerRequest)
            .Raw("</MaxNumberOfComputerIdsInRequest><MaxNumberOfDriverSetsPerRequest>"u8)
            .Number(state.Options.MaxDriverSetsPerRequest)
            .Raw("</MaxNumberOfDriverSetsPerRequest><MaxNumberOfPnpHardwareIdsInRequest>"u8)
            .Number(state.Options.MaxHardwareIdsPerRequest)
            .Raw("</MaxNumberOfPnpHardwareIdsInRequest><MaxNumberOfUpdatesPerRequest>"u8)
            .Number(state.Options.MaxUpdatesPerRequest)
            .Raw("</MaxNumberOfUpdatesPerRequest><NewConfigAnchor>"u8)
            .Text(state.AnchorAt(state.Library.Count).ToString())
            .Raw("</NewConfigAnchor><ProtocolVersion>1.20</ProtocolVersion>"u8);
        if (anchor is null)
            WriteLanguages(answer);
        else
            answer.Raw("<LanguageUpdateList />"u8);
        answer.Raw("<MaxUpdatesPerRequestInGetUpdateDecryptionData>"u8)
            .Number(state.Options.MaxUpdatesPerRequest)
            .Raw("</MaxUpdatesPerRequestInGetUpdateDecryptionData></GetConfigDataResult></GetConfigDataResponse>"u8);
    }

    /// <summary>Every operation on metadata begins so: without a valid cookie it is a fault.</summary>
    public static void CheckCookie(UpstreamState state, SoapRequest request) =>
        state.Cookies.Check(Cookies.Session, SoapRequest.Bytes(request.Find("cookie"), "EncryptedData"), SoapFaultException.InvalidCookie);

    private static void WriteLanguages(AnswerWriter answer)
    {
        answer.Raw("<LanguageUpdateList>"u8);
        foreach (var (id, shortName, longName) in Languages.All)
        {
            answer.Raw("<ServerSyncLanguageData><LanguageID>"u8).Number(id)
                .Raw("</LanguageID><ShortLanguage>"u8).Text(shortName)
                .Raw("</ShortLanguage><LongLanguage>"u8).Text(longName)
                .Raw("</LongLanguage><Enabled>true</Enabled></ServerSyncLanguageData>"u8);
        }

        answer.Raw("</LanguageUpdateList>"u8);
    }

    private static void CheckVersion(string? version)
    {
        if (version is null || Version().Match(version) is not { Success: true } match)
            throw new SoapFaultException(SoapFaultException.InvalidParameters, "protocolVersion");
        if (int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) != 1)
            throw new SoapFaultException(SoapFaultException.IncompatibleProtocolVersion);
    }

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9\-_]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9\-_]*[A-Za-z0-9])?)*\.?$")]
    private static partial Regex HostName();

    [GeneratedRegex(@"^(\d{1,4})\.(\d{1,4})$")]
    private static partial Regex Version();
}
