using System.Net;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>Every recorded answer and fault of a real server is understood, in both dialects of SOAP that are seen.</summary>
public class UpstreamClientTests
{
    private static readonly RevisionId Leaf = new(new Guid("266f6222-c89d-43f2-9f8a-69340271e677"), 200);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetConfigData_AsRecorded_GivesLimitsAndLanguages(bool otherDialect)
    {
        var upstream = new RecordedUpstream().Instead("GetConfigData", Dialect(RecordedUpstream.Recording("000005-GetConfigData"), otherDialect));
        using var client = upstream.Client();

        var config = await client.GetConfigDataAsync(null, Token);

        Assert.Equal(100, config.MaxUpdatesPerRequest);
        Assert.Equal(100, config.MaxUpdatesPerDecryptionRequest);
        Assert.Equal("9438,2026-10-04 16:33:26.670", config.Anchor);
        Assert.Equal("1.20", config.ProtocolVersion);
        Assert.True(config.IsLazy);
        Assert.Equal(["en"], config.EnabledLanguages);
    }

    [Fact]
    public async Task GetConfigData_WithCurrentAnchor_IsShort()
    {
        var upstream = new RecordedUpstream().Instead("GetConfigData", RecordedUpstream.Recording("000004-GetConfigData-delta"));
        using var client = upstream.Client();

        var config = await client.GetConfigDataAsync("9438,2026-10-04 16:33:26.668", Token);

        Assert.Empty(config.EnabledLanguages);
        Assert.Contains("<configAnchor>9438,2026-10-04 16:33:26.668</configAnchor>", upstream.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_BeforeAnyCookie_AuthorizeAtTheAddressGiven()
    {
        var upstream = new RecordedUpstream();
        using var client = upstream.Client();

        await client.GetConfigDataAsync(null, Token);
        await client.GetConfigDataAsync(null, Token);

        Assert.Equal(["GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData", "GetConfigData"], upstream.Requests.Select(request => request.Operation));
        Assert.Equal("http://wsus.example:8530/DssAuthWebService/DssAuthWebService.asmx", upstream.Requests[1].Address.AbsoluteUri);
        Assert.Contains("<Expiration>2026-10-04T20:33:26.65455Z</Expiration>", upstream.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetAuthConfig_OfTheSpecification_IsUnderstood()
    {
        var example = await File.ReadAllTextAsync(RepositoryRoot.Fixture("wsusss/spec-examples/wsusss-02-AUTHORIZATION_PHASE_GetAuthConfig_Response_Success.xml"), Token);
        var upstream = new RecordedUpstream().Instead("GetAuthConfig", example);
        using var client = upstream.Client();

        await client.AuthorizeAsync(Token);

        Assert.Equal("GetCookie", upstream.Requests[^1].Operation);
    }

    [Theory]
    [InlineData("000006-GetRevisionIdList-categories-trimmed30", 30, "9438,2026-10-04 16:33:26.671")]
    [InlineData("000011-GetRevisionIdList-empty", 0, "9438,2026-10-04 16:33:26.848")]
    public async Task GetRevisionIdList_AsRecorded_GivesIdsAndAnchor(string recording, int count, string anchor)
    {
        using var client = new RecordedUpstream().Answer("GetRevisionIdList", RecordedUpstream.Recording(recording)).Client();

        var list = await client.GetRevisionIdListAsync(RevisionFilter.OfCategories(null), Token);

        Assert.Equal(count, list.Revisions.Count);
        Assert.Equal(anchor, list.Anchor);
        if (count > 0) Assert.Equal(new RevisionId(new Guid("e6cf1350-c01b-414d-a61f-263d14d133b4"), 100), list.Revisions[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetUpdateData_RecordedCabinet_GivesDocumentAndLocation(bool otherDialect)
    {
        using var client = new RecordedUpstream().Answer("GetUpdateData", Dialect(RecordedUpstream.Recording("000014-GetUpdateData-leaf"), otherDialect)).Client();

        var update = Assert.Single(await client.GetUpdateDataAsync([Leaf], Token));

        Assert.Equal(Leaf, update.Id);
        Assert.Equal(await File.ReadAllTextAsync(RepositoryRoot.Fixture($"updates/{Leaf.UpdateId}-r200.xml"), Token), update.Xml);
        var location = Assert.Single(update.Locations);
        Assert.Equal("h/W9BGlYUAaqXTp30cZi/SiV3c0=", Convert.ToBase64String(location.Sha1));
        Assert.Equal("http://download.windowsupdate.com/c/msdownload/update/software/defu/2026/10/am_delta_87f5bd0469585006aa5d3a77d1c662fd2895ddcd.exe", location.MuUrl);
        Assert.Null(location.UssUrl);
    }

    [Fact]
    public async Task GetUpdateData_RecordedPlainBlob_GivesDocument()
    {
        using var client = new RecordedUpstream().Answer("GetUpdateData", RecordedUpstream.Recording("000015-GetUpdateData-uncompressed")).Client();

        var update = Assert.Single(await client.GetUpdateDataAsync([Leaf], Token));

        Assert.Equal(await File.ReadAllTextAsync(RepositoryRoot.Fixture("updates/ccb78947-6453-4ecc-9de8-bc0305c98f2d-r200.xml"), Token), update.Xml);
        Assert.Empty(update.Locations);
    }

    [Fact]
    public async Task GetUpdateData_ElementsInAnotherOrderAndMore_AreUnderstood()
    {
        using var client = new RecordedUpstream().Answer(
            "GetUpdateData",
            """
            <?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><x xmlns="urn:x"><y/></x></s:Header><s:Body><q:GetUpdateDataResponse xmlns:q="http://www.microsoft.com/SoftwareDistribution"><q:New/><q:GetUpdateDataResult>
              <q:fileUrls><q:ServerSyncUrlData><q:UssUrl>/Content/CD/A.exe</q:UssUrl><q:DecryptionKey/><q:MUUrl/><q:FileDigest>h/W9BGlYUAaqXTp30cZi/SiV3c0=</q:FileDigest></q:ServerSyncUrlData></q:fileUrls>
              <q:updates><q:ServerSyncUpdateData><q:XmlUpdateBlobCompressed/><q:XmlUpdateBlob><![CDATA[<Update/>]]></q:XmlUpdateBlob><q:FileDigestList><q:base64Binary>h/W9BGlYUAaqXTp30cZi/SiV3c0=</q:base64Binary></q:FileDigestList><q:Id><q:RevisionNumber>200</q:RevisionNumber><q:UpdateID>266F6222-C89D-43F2-9F8A-69340271E677</q:UpdateID></q:Id></q:ServerSyncUpdateData></q:updates>
            </q:GetUpdateDataResult></q:GetUpdateDataResponse></s:Body></s:Envelope>
            """).Client();

        var update = Assert.Single(await client.GetUpdateDataAsync([Leaf], Token));

        Assert.Equal(Leaf, update.Id);
        Assert.Equal("<Update/>", update.Xml);
        Assert.Equal("/Content/CD/A.exe", Assert.Single(update.Locations).UssUrl);
    }

    [Theory]
    [InlineData("000017-GetUpdateData-unknown-fault", UpstreamError.InternalServerError, "", "b6114a8d-9939-41e0-ad7f-0d9a72260804")]
    [InlineData("000018-GetRevisionIdList-badanchor-fault", UpstreamError.InvalidParameters, "filter", "94327110-fc7e-4c3c-878d-186ab273d9fd")]
    [InlineData("000019-GetRevisionIdList-nocookie-fault", UpstreamError.InvalidCookie, "", "6ea693bc-a66e-4334-a797-043728561c7d")]
    public async Task Faults_AsRecorded_AreTyped(string recording, UpstreamError error, string message, string id)
    {
        foreach (var otherDialect in new[] { false, true })
        {
            using var client = new RecordedUpstream().Answer("GetUpdateData", Dialect(RecordedUpstream.Recording(recording), otherDialect)).Client();

            var fault = (await Assert.ThrowsAsync<UpstreamFaultException>(() => client.GetUpdateDataAsync([Leaf], Token))).Fault;

            Assert.Equal(error, fault.Error);
            Assert.Equal(message.Length > 0 ? message : "Fault occurred", fault.Message);
            Assert.Equal(id, fault.Id);
        }
    }

    [Fact]
    public async Task InvalidCookie_Once_AuthorizesAgainAndGoesOn()
    {
        var upstream = new RecordedUpstream()
            .Answer("GetUpdateData", RecordedUpstream.Recording("000019-GetRevisionIdList-nocookie-fault"))
            .Answer("GetUpdateData", RecordedUpstream.Recording("000015-GetUpdateData-uncompressed"));
        using var client = upstream.Client();

        Assert.Single(await client.GetUpdateDataAsync([Leaf], Token));
        Assert.Equal(
            ["GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetUpdateData", "GetAuthorizationCookie", "GetCookie", "GetUpdateData"],
            upstream.Requests.Select(request => request.Operation));
    }

    [Fact]
    public async Task Cookie_NearItsExpiry_IsRenewedWithTheOldOne()
    {
        var time = new ShiftedTime(new DateTimeOffset(2026, 10, 4, 16, 33, 26, TimeSpan.Zero));
        var upstream = new RecordedUpstream();
        using var client = upstream.Client(time: time);

        await client.GetConfigDataAsync(null, Token);
        time.Shift += TimeSpan.FromMinutes(225);
        await client.GetConfigDataAsync(null, Token);
        Assert.Single(upstream.Requests, request => request.Operation == "GetCookie");

        time.Shift += TimeSpan.FromMinutes(10);
        await client.GetConfigDataAsync(null, Token);
        Assert.Contains("<oldCookie>", upstream.Requests.FindLast(request => request.Operation == "GetCookie").Body, StringComparison.Ordinal);
        Assert.Single(upstream.Requests, request => request.Operation == "GetAuthorizationCookie");
    }

    [Fact]
    public async Task ServerBusy_Twice_IsTriedAgain()
    {
        var busy = RecordedUpstream.Recording("000017-GetUpdateData-unknown-fault").Replace("InternalServerError", "ServerBusy", StringComparison.Ordinal);
        var upstream = new RecordedUpstream().Answer("GetUpdateData", busy).Answer("GetUpdateData", busy)
            .Answer("GetUpdateData", "", HttpStatusCode.ServiceUnavailable)
            .Answer("GetUpdateData", RecordedUpstream.Recording("000015-GetUpdateData-uncompressed"));
        using var client = upstream.Client();

        Assert.Single(await client.GetUpdateDataAsync([Leaf], Token));
        Assert.Equal(4, upstream.Requests.Count(request => request.Operation == "GetUpdateData"));
    }

    [Theory]
    [InlineData("<html><body>Sign in to the network</body></html>", HttpStatusCode.OK, "not a SOAP envelope")]
    [InlineData("not xml", HttpStatusCode.OK, "cannot be understood")]
    [InlineData("", HttpStatusCode.NotFound, "404")]
    [InlineData("", HttpStatusCode.Found, "302")]
    [InlineData("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", HttpStatusCode.OK, "DTD")]
    [InlineData("""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>""", HttpStatusCode.OK, "no body")]
    [InlineData("""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetAuthConfigResponse/></s:Body></s:Envelope>""", HttpStatusCode.OK, "GetAuthConfigResult")]
    public async Task Answer_OfSomethingElse_IsRefusedWithTheNextStep(string body, HttpStatusCode status, string reason)
    {
        using var client = new RecordedUpstream().Instead("GetAuthConfig", body, status).Client();

        var exception = await Assert.ThrowsAsync<IntegrityException>(() => client.AuthorizeAsync(Token));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Contains("Check that it is the address of an update server", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_LongerThanTheLimit_IsRefused()
    {
        using var client = new RecordedUpstream().Client(options => options.MaxResponse = 5_000);

        Assert.Contains("5,000", (await Assert.ThrowsAsync<IntegrityException>(() => client.GetConfigDataAsync(null, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AuthConfig_PointingToAnotherServer_IsRefused()
    {
        var elsewhere = RecordedUpstream.Recording("000001-GetAuthConfig")
            .Replace("DssAuthWebService/DssAuthWebService.asmx", "http://evil.example/DssAuthWebService.asmx", StringComparison.Ordinal);
        var upstream = new RecordedUpstream().Instead("GetAuthConfig", elsewhere);
        using var client = upstream.Client();

        await Assert.ThrowsAsync<IntegrityException>(() => client.AuthorizeAsync(Token));
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task Upstream_NotThere_IsUnavailableWithTheNextStep()
    {
        var options = new UpstreamOptions { Address = new Uri("http://127.0.0.1:1"), Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(1) };
        using var http = UpstreamHttp.Create(options, TimeProvider.System);
        using var client = new UpstreamClient(http, options, TimeProvider.System);

        var exception = await Assert.ThrowsAsync<UnavailableException>(() => client.AuthorizeAsync(Token));

        Assert.Contains("127.0.0.1:1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Check --microsoft-update", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_OfTheServiceItself_IsTakenForThatOfTheServer()
    {
        var upstream = new RecordedUpstream();
        using var client = upstream.Client(options => options.Address = new Uri("http://wsus.example:8530/ServerSyncWebService/ServerSyncWebService.asmx"));

        await client.AuthorizeAsync(Token);

        Assert.Equal("http://wsus.example:8530/ServerSyncWebService/ServerSyncWebService.asmx", upstream.Requests[0].Address.AbsoluteUri);
    }

    private static string Dialect(string body, bool isOther) => !isOther
        ? body
        : body.Replace("soap:", "s:", StringComparison.Ordinal)
            .Replace("xmlns:soap=", "xmlns:s=", StringComparison.Ordinal)
            .Replace("<detail>", """<detail xmlns="http://www.microsoft.com/SoftwareDistribution">""", StringComparison.Ordinal);

    private sealed class ShiftedTime(DateTimeOffset start) : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => start + Shift;
    }
}
