using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Decisions;
using Xunit;
using static Hierarchy.Tests.Testing.UpstreamCaller;

namespace Hierarchy.Tests.Testing;

public sealed partial class MicrosoftUpdateServerTests : IAsyncLifetime
{
    private static readonly Guid Windows = new("6964aab4-c5b5-43bd-a17d-ffb4346a8e1d");
    private static readonly Guid Windows11 = new("72e7624a-5b00-45d2-b92f-e561c0a6a160");
    private static readonly Guid Office = new("477b856e-65c4-4473-b621-a8b230bb70d9");
    private static readonly Guid SecurityUpdates = new("0fa1201d-4330-4fa8-8ae9-b877473b6441");
    private static readonly Guid Drivers = new("ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0");

    private MicrosoftUpdateServer _server = null!;
    private UpstreamCaller _caller = null!;

    public async ValueTask InitializeAsync()
    {
        var library = SimulatedCatalog.Create(new CatalogOptions { Demo = 3 }, TestContext.Current.CancellationToken);
        _server = await MicrosoftUpdateServer.StartAsync(library, new MicrosoftUpdateOptions(), TestContext.Current.CancellationToken);
        _caller = new UpstreamCaller(_server);
        await _caller.AuthorizeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _caller.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Answers_EveryOperation_HoldAgainstTheSchemas()
    {
        var demo = (DemoUpdates.IdOf(1), 100);
        AnswerSchemas.AssertValid(await _caller.CallAsync($"""<GetAuthConfig xmlns="{Namespace}" />"""));
        AnswerSchemas.AssertValid(
            await _caller.CallAsync(
                $"""<GetAuthorizationCookie xmlns="{AuthorizationNamespace}"><accountName>a.example</accountName><accountGuid>{Guid.NewGuid()}</accountGuid></GetAuthorizationCookie>"""),
            "wsusss-dssauth-1.xsd");
        AnswerSchemas.AssertValid(await _caller.CallAsync("GetConfigData", string.Empty));
        AnswerSchemas.AssertValid(await _caller.CallAsync("GetRevisionIdList", Configuration()));
        AnswerSchemas.AssertValid(await _caller.CallAsync("GetRevisionIdList", Filter([Windows11], [SecurityUpdates])));
        AnswerSchemas.AssertValid(await _caller.CallAsync("GetRevisionIdList", Filter([Windows11], [])));
        AnswerSchemas.AssertValid(await _caller.CallAsync("GetUpdateData", Identities(demo, (Windows11, 100))));
        AnswerSchemas.AssertValid(await _caller.CallAsync("GetUpdateDecryptionData", Identities(demo)));
        AnswerSchemas.AssertValid(await _caller.CallAsync("GetRelatedRevisionsForUpdates", $"<updateIDs><guid>{demo.Item1}</guid></updateIDs>"));
        var anchor = Anchor(await _caller.CallAsync("GetRevisionIdList", Configuration()));
        AnswerSchemas.AssertValid(await _caller.CallAsync("GetDeployments", $"<syncAnchor>{anchor}</syncAnchor>"));
        _server.Decisions.Approve(_server.Library.Latest(demo.Item1)!, UpstreamDecisions.AllComputers);
        _server.Decisions.Hide(DemoUpdates.IdOf(2));
        AnswerSchemas.AssertValid(await _caller.CallAsync("GetDeployments", $"<syncAnchor>{anchor}</syncAnchor>"));
        var digest = Convert.ToBase64String(_server.Library.Latest(demo.Item1)!.Summary.Files[0].Sha1);
        AnswerSchemas.AssertValid(await _caller.CallAsync("DownloadFiles", $"<fileDigestList><base64Binary>{digest}</base64Binary></fileDigestList>"));
        AnswerSchemas.AssertValid(
            await _caller.CallAsync("""<Ping xmlns="http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable"><pingLevel>0</pingLevel></Ping>"""),
            "wsusss-serversync-3.xsd");
    }

    [Fact]
    public async Task CapturedRequests_WithCookiesOfThisServer_AreAnswered()
    {
        var folder = RepositoryRoot.Fixture("wsusss/wsus2025-captured");
        var cancellationToken = TestContext.Current.CancellationToken;
        var (status, answer) = await _caller.PostAsync(await File.ReadAllTextAsync(Path.Combine(folder, "000002-GetAuthorizationCookie/request.body"), cancellationToken));
        Assert.Equal(HttpStatusCode.OK, status);
        var data = All(Body(answer), "CookieData").Single().Value;

        var getCookie = await File.ReadAllTextAsync(Path.Combine(folder, "000003-GetCookie/request.body"), cancellationToken);
        (status, answer) = await _caller.PostAsync(_caller.WithCookies(getCookie, data));
        Assert.Equal(HttpStatusCode.OK, status);
        AnswerSchemas.AssertValid(Body(answer));

        var list = await File.ReadAllTextAsync(Path.Combine(folder, "000009-GetRevisionIdList-updates/request.body"), cancellationToken);
        (status, answer) = await _caller.PostAsync(_caller.WithCookies(list));
        Assert.Equal(HttpStatusCode.OK, status);
        AnswerSchemas.AssertValid(Body(answer));
    }

    [Theory]
    [InlineData("000017-GetUpdateData-unknown-fault", "GetUpdateData")]
    [InlineData("000018-GetRevisionIdList-badanchor-fault", "GetRevisionIdList")]
    [InlineData("000019-GetRevisionIdList-nocookie-fault", "GetRevisionIdList")]
    public async Task Faults_AsCaptured_DifferInIdAndAddressAlone(string capture, string operation)
    {
        var recorded = await File.ReadAllTextAsync(RepositoryRoot.Fixture($"wsusss/wsus2025-captured/{capture}/response.body"), TestContext.Current.CancellationToken);
        var cookie = operation == "GetUpdateData" || capture.Contains("anchor", StringComparison.Ordinal)
            ? await CookieAsync()
            : string.Empty;
        var parameters = operation == "GetUpdateData" ? Identities((Guid.NewGuid(), 1)) : Filter([Windows], [SecurityUpdates], anchor: "nonsense");
        using var content = new StringContent(
            $"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><{operation} xmlns="{Namespace}">{cookie}{parameters}</{operation}></s:Body></s:Envelope>""");
        using var response = await _caller.Http.PostAsync("/ServerSyncWebService/ServerSyncWebService.asmx", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Neutral(recorded), Neutral(answer));
    }

    [Fact]
    public async Task GetRevisionIdList_ProductOrClassificationAlone_GivesNothing()
    {
        Assert.Empty(Listed(await _caller.CallAsync("GetRevisionIdList", Filter([Windows11], []))));
        Assert.Empty(Listed(await _caller.CallAsync("GetRevisionIdList", Filter([], [SecurityUpdates]))));
        Assert.Empty(Listed(await _caller.CallAsync("GetRevisionIdList", Filter([Windows11], [Drivers]))));
        Assert.Equal(3, Listed(await _caller.CallAsync("GetRevisionIdList", Filter([Windows11], [SecurityUpdates]))).Count);
    }

    [Fact]
    public async Task GetRevisionIdList_ProductFamily_CoversItsProducts()
    {
        Assert.Equal(3, Listed(await _caller.CallAsync("GetRevisionIdList", Filter([Windows], [SecurityUpdates]))).Count);
        Assert.Empty(Listed(await _caller.CallAsync("GetRevisionIdList", Filter([Office], [SecurityUpdates]))));
    }

    [Fact]
    public async Task GetRevisionIdList_DeltaSinceAnchor_GivesOnlyWhatChanged()
    {
        var first = await _caller.CallAsync("GetRevisionIdList", Filter([Windows11], [SecurityUpdates]));
        var nothing = await _caller.CallAsync("GetRevisionIdList", Filter([Windows11], [SecurityUpdates], delta: true, Anchor(first)));
        Assert.Empty(Listed(nothing));

        _server.Library.Revise(DemoUpdates.IdOf(2));
        var expired = _server.Library.Expire(DemoUpdates.IdOf(3));

        var changed = Listed(await _caller.CallAsync("GetRevisionIdList", Filter([Windows11], [SecurityUpdates], delta: true, Anchor(nothing))));
        Assert.Equal([(DemoUpdates.IdOf(2), 101), (DemoUpdates.IdOf(3), 101)], changed);
        Assert.Equal(5, Listed(await _caller.CallAsync("GetRevisionIdList", Filter([Windows11], [SecurityUpdates], delta: false, Anchor(nothing)))).Count);
        Assert.Empty(Listed(await _caller.CallAsync("GetRevisionIdList", Configuration(Anchor(nothing)))));
        Assert.Contains("PublicationState=\"Expired\"", expired.Source().Xml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetUpdateData_MoreThanTheLimit_IsRefused()
    {
        var many = Enumerable.Repeat((DemoUpdates.IdOf(1), 100), 101);
        Assert.Equal(("InvalidParameters", "updateIds"), await _caller.FaultAsync("GetUpdateData", Identities(many)));
        Assert.Equal(("InvalidParameters", "updateIds"), await _caller.FaultAsync("GetUpdateData", string.Empty));
        Assert.Equal(0, _server.Counters.UpdatesSent);
    }

    [Fact]
    public async Task GetUpdateData_OneUnknownId_FaultsTheWholeCall()
    {
        var fault = await _caller.FaultAsync("GetUpdateData", Identities((DemoUpdates.IdOf(1), 100), (Guid.NewGuid(), 100)));
        Assert.Equal("InternalServerError", fault.ErrorCode);
        Assert.Equal(0, _server.Counters.UpdatesSent);
    }

    [Fact]
    public async Task Cookie_MissingForeignOrForgotten_IsInvalid()
    {
        Assert.Equal("InvalidCookie", (await _caller.FaultAsync("GetConfigData", string.Empty, cookie: string.Empty)).ErrorCode);
        var foreign = $"<Expiration>2030-01-01T00:00:00Z</Expiration><EncryptedData>{Convert.ToBase64String(RandomNumberGenerator.GetBytes(304))}</EncryptedData>";
        Assert.Equal("InvalidCookie", (await _caller.FaultAsync("GetConfigData", string.Empty, foreign)).ErrorCode);
        _server.ForgetCookies();
        Assert.Equal("InvalidCookie", (await _caller.FaultAsync("GetConfigData", string.Empty)).ErrorCode);
    }

    [Fact]
    public async Task Anchors_OfAnEarlierLife_AreAnsweredWithServerChanged()
    {
        var anchor = Anchor(await _caller.CallAsync("GetRevisionIdList", Configuration()));
        _server.RestartWithNewAnchors();
        await _caller.AuthorizeAsync();
        Assert.Equal("ServerChanged", (await _caller.FaultAsync("GetRevisionIdList", Configuration(anchor))).ErrorCode);
        Assert.NotEmpty(Listed(await _caller.CallAsync("GetRevisionIdList", Configuration())));
    }

    [Fact]
    public async Task GetConfigData_CurrentAnchor_GivesAShortAnswer()
    {
        var full = await _caller.CallAsync("GetConfigData", string.Empty);
        var anchor = All(full, "NewConfigAnchor").Single().Value;
        Assert.Equal(39, All(full, "ServerSyncLanguageData").Count());
        Assert.Matches(@"^\d+,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$", anchor);
        Assert.Empty(All(await _caller.CallAsync("GetConfigData", $"<configAnchor>{anchor}</configAnchor>"), "ServerSyncLanguageData"));
    }

    [Fact]
    public async Task Faults_Planned_HitTheCallsTheyAreMeantFor()
    {
        _server.Faults.FailNext(2, "ServerBusy", "GetConfigData");
        Assert.NotEmpty(Listed(await _caller.CallAsync("GetRevisionIdList", Configuration())));
        Assert.Equal("ServerBusy", (await _caller.FaultAsync("GetConfigData", string.Empty)).ErrorCode);
        Assert.Equal("ServerBusy", (await _caller.FaultAsync("GetConfigData", string.Empty)).ErrorCode);
        await _caller.CallAsync("GetConfigData", string.Empty);

        _server.Faults.CutNext(1, 1000, "GetConfigData");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _caller.CallAsync("GetConfigData", string.Empty));
        await _caller.CallAsync("GetConfigData", string.Empty);
        Assert.Equal(5, _server.Counters.CallsOf("GetConfigData"));
    }

    private async Task<string> CookieAsync()
    {
        var authorization = await _caller.CallAsync(
            $"""<GetAuthorizationCookie xmlns="{AuthorizationNamespace}"><accountName>a.example</accountName><accountGuid>{Guid.NewGuid()}</accountGuid></GetAuthorizationCookie>""");
        var cookie = await _caller.CallAsync(
            $"""<GetCookie xmlns="{Namespace}"><authCookies><AuthorizationCookie><PlugInId>DssTargeting</PlugInId><CookieData>{All(authorization, "CookieData").Single().Value}</CookieData></AuthorizationCookie></authCookies><protocolVersion>1.20</protocolVersion></GetCookie>""");
        return $"<cookie>{string.Concat(All(cookie, "GetCookieResult").Single().Elements().Select(element => element.ToString(SaveOptions.DisableFormatting)))}</cookie>";
    }

    private static string Neutral(string fault) => Address().Replace(Identifier().Replace(fault, "<ID>X</ID>"), "<faultactor>X</faultactor>");

    [GeneratedRegex("<ID>[^<]*</ID>")]
    private static partial Regex Identifier();

    [GeneratedRegex("<faultactor>[^<]*</faultactor>")]
    private static partial Regex Address();
}
