using System.Net;
using System.Text;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Soap;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>Answers of the calls of which no recording exists, written by hand after the schemas and in every dialect.</summary>
public class UpstreamCallTests
{
    private static readonly Guid Id = new("8c3fcc84-7410-4a95-8b89-a166a0190486");
    private static readonly Guid Other = new("6964aab4-c5b5-43bd-a17d-ffb4346a8e1d");
    private static readonly Sha1Digest File = new([.. Enumerable.Range(1, 20).Select(i => (byte)i)]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(SoapDialects.All), MemberType = typeof(SoapDialects))]
    public async Task GetDeployments_InEveryDialect_GivesDecisions(SoapDialect dialect)
    {
        var answer = dialect.Answer("GetDeployments", $"""
            <GetDeploymentsResult><Anchor>7,2026-10-04 16:33:26.670</Anchor>
              <Groups>
                <ServerSyncTargetGroup><TargetGroupID>{Id}</TargetGroupID><ParentGroupId>00000000-0000-0000-0000-000000000000</ParentGroupId><Name>All Computers</Name><IsBuiltin>true</IsBuiltin></ServerSyncTargetGroup>
                <ServerSyncTargetGroup><TargetGroupID>{Other}</TargetGroupID><ParentGroupId>{Id}</ParentGroupId><Name>Pilot &amp; friends</Name><IsBuiltin>false</IsBuiltin></ServerSyncTargetGroup>
              </Groups>
              <Deployments>
                <ServerSyncDeployment><UpdateId>{Id}</UpdateId><RevisionNumber>200</RevisionNumber><Action>0</Action><AdminName>LAB\admin</AdminName><Deadline>9999-12-31T23:59:59.9999999</Deadline><IsAssigned>true</IsAssigned><GoLiveTime>2026-10-04T16:33:26.67Z</GoLiveTime><DeploymentGuid>{Other}</DeploymentGuid><TargetGroupId>{Id}</TargetGroupId><DownloadPriority>2</DownloadPriority></ServerSyncDeployment>
                <ServerSyncDeployment><UpdateId>{Id}</UpdateId><RevisionNumber>200</RevisionNumber><Action>3</Action><Deadline>2026-11-01T03:00:00</Deadline><IsAssigned>0</IsAssigned><GoLiveTime>2026-10-04T18:33:26+02:00</GoLiveTime><DeploymentGuid>{Id}</DeploymentGuid><TargetGroupId>{Other}</TargetGroupId><DownloadPriority>1</DownloadPriority></ServerSyncDeployment>
              </Deployments>
              <DeadDeployments><guid>{Other}</guid><guid>{Other}</guid></DeadDeployments>
              <HiddenUpdates><guid> {Id} </guid></HiddenUpdates>
              <AcceptedEulas /></GetDeploymentsResult>
            """);
        var upstream = new RecordedUpstream().Answer("GetDeployments", answer);
        using var client = upstream.Client();

        var decisions = await client.GetDeploymentsAsync("6,2026-10-04 16:33:26.670", "9438,2026-10-04 16:33:26.671", Token);

        Assert.Equal("7,2026-10-04 16:33:26.670", decisions.Anchor);
        Assert.Equal([new UpstreamTargetGroup(Id, null, "All Computers", true), new UpstreamTargetGroup(Other, Id, "Pilot & friends", false)], decisions.Groups);
        Assert.Equal([DeploymentAction.Install, DeploymentAction.Block], decisions.Deployments.Select(deployment => deployment.Action));
        var (install, block) = (decisions.Deployments[0], decisions.Deployments[1]);
        Assert.Equal((new RevisionId(Id, 200), Other, Id, "LAB\\admin", 2, true), (install.Revision, install.Id, install.TargetGroupId, install.AdminName, install.DownloadPriority, install.IsAssigned));
        Assert.Null(install.Deadline);
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 3, 0, 0, TimeSpan.Zero), block.Deadline);
        Assert.Equal(new DateTimeOffset(2026, 10, 4, 16, 33, 26, TimeSpan.Zero), block.GoLiveTime);
        Assert.Equal([Other], decisions.DeadDeployments);
        Assert.Equal([Id], decisions.HiddenUpdates);
        Assert.Empty(decisions.AcceptedEulas!);
        Assert.Contains("<deploymentAnchor>6,2026-10-04 16:33:26.670</deploymentAnchor><syncAnchor>9438,2026-10-04 16:33:26.671</syncAnchor>", upstream.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(7, false)]
    public void GetUpdateData_DocumentsLongerThanTheLimitTogether_AreRefused(long limit, bool fits)
    {
        var update = $"<ServerSyncUpdateData><Id><UpdateID>{Id}</UpdateID><RevisionNumber>1</RevisionNumber></Id><XmlUpdateBlob>&lt;a/&gt;</XmlUpdateBlob></ServerSyncUpdateData>";
        var answer = SoapDialect.Wsus.Answer("GetUpdateData", $"<GetUpdateDataResult><updates>{update}{update}</updates></GetUpdateDataResult>");
        using var reader = new SoapReader(new MemoryStream(Encoding.UTF8.GetBytes(answer)));
        reader.MoveToBody();

        var refusal = Record.Exception(() => UpstreamAnswers.ReadUpdateData(reader, limit));

        Assert.Equal(!fits, refusal is IntegrityException);
    }

    [Fact]
    public async Task GetDeployments_FullListsLeftOutOrNil_AreNotTakenForEmpty()
    {
        using var client = new RecordedUpstream().Answer("GetDeployments", SoapDialect.Wsus.Answer("GetDeployments", """
            <GetDeploymentsResult><Anchor>7</Anchor><HiddenUpdates xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" /><Deployments><ServerSyncDeployment xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"></ServerSyncDeployment></Deployments></GetDeploymentsResult>
            """)).Client();

        var decisions = await client.GetDeploymentsAsync(null, "1", Token);

        Assert.Null(decisions.Groups);
        Assert.Null(decisions.HiddenUpdates);
        Assert.Null(decisions.AcceptedEulas);
        Assert.Empty(decisions.Deployments);
    }

    [Theory]
    [InlineData("<Deployments><ServerSyncDeployment><UpdateId>8c3fcc84-7410-4a95-8b89-a166a0190486</UpdateId></ServerSyncDeployment></Deployments>", "a deployment lacks")]
    [InlineData("<Groups><ServerSyncTargetGroup><Name>x</Name></ServerSyncTargetGroup></Groups>", "no TargetGroupID")]
    [InlineData("<HiddenUpdates><guid>nonsense</guid></HiddenUpdates>", "is not a GUID")]
    [InlineData("<Deployments><ServerSyncDeployment><Deadline>soon</Deadline></ServerSyncDeployment></Deployments>", "is not a date")]
    public async Task GetDeployments_Meaningless_IsRefusedWhole(string content, string reason)
    {
        using var client = new RecordedUpstream().Answer("GetDeployments", SoapDialect.Wsus.Answer("GetDeployments", $"<GetDeploymentsResult>{content}</GetDeploymentsResult>")).Client();

        Assert.Contains(reason, (await Assert.ThrowsAsync<IntegrityException>(() => client.GetDeploymentsAsync(null, "1", Token))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SoapDialects.All), MemberType = typeof(SoapDialects))]
    public async Task GetUpdateDecryptionData_InEveryDialect_GivesKeysThatDoNotPrint(SoapDialect dialect)
    {
        var key = Convert.ToBase64String([.. Enumerable.Repeat((byte)0x5A, 32)]);
        using var client = new RecordedUpstream().Answer("GetUpdateDecryptionData", dialect.Answer("GetUpdateDecryptionData", $"""
            <GetUpdateDecryptionDataResult><UpdateFileDecryptionData>
              <ServerSyncUpdateFileDecryption><FileDecryptionData><ServerSyncFileDecryption><FileDigest>{Convert.ToBase64String(File.ToArray())}</FileDigest><DecryptionKey>
                {key}
              </DecryptionKey></ServerSyncFileDecryption><ServerSyncFileDecryption><FileDigest>{Convert.ToBase64String(File.ToArray())}</FileDigest><DecryptionKey /></ServerSyncFileDecryption></FileDecryptionData><UpdateId><UpdateID>{Id}</UpdateID><RevisionNumber>200</RevisionNumber></UpdateId></ServerSyncUpdateFileDecryption>
              <ServerSyncUpdateFileDecryption><UpdateId><UpdateID>{Other}</UpdateID><RevisionNumber>1</RevisionNumber></UpdateId></ServerSyncUpdateFileDecryption>
            </UpdateFileDecryptionData></GetUpdateDecryptionDataResult>
            """)).Client();

        var keys = await client.GetUpdateDecryptionDataAsync([new RevisionId(Id, 200), new RevisionId(Other, 1)], Token);

        Assert.Equal([(new RevisionId(Id, 200), 1), (new RevisionId(Other, 1), 0)], keys.Select(entry => (entry.Id, entry.Keys.Count)));
        Assert.Equal(File, keys[0].Keys[0].File);
        Assert.Equal(key, Convert.ToBase64String(keys[0].Keys[0].Key.Span));
        var printed = $"{keys[0]} {keys[0].Keys[0]}";
        Assert.DoesNotContain(key, printed, StringComparison.Ordinal);
        Assert.DoesNotContain("5A5A", printed, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(SoapDialects.All), MemberType = typeof(SoapDialects))]
    public async Task GetRelatedRevisions_InEveryDialect_GivesEachOnce(SoapDialect dialect)
    {
        var item = $"<UpdateIdentity><RevisionNumber>3</RevisionNumber><UpdateID>{Id:B}</UpdateID></UpdateIdentity>";
        using var client = new RecordedUpstream()
            .Answer("GetRelatedRevisionsForUpdates", dialect.Answer("GetRelatedRevisionsForUpdates", $"<GetRelatedRevisionsForUpdatesResult>{item}{item}</GetRelatedRevisionsForUpdatesResult>"))
            .Answer("GetRelatedRevisionsForUpdates", dialect.Answer("GetRelatedRevisionsForUpdates", ""))
            .Client();

        Assert.Equal([new RevisionId(Id, 3)], await client.GetRelatedRevisionsAsync([Id], Token));
        Assert.Empty(await client.GetRelatedRevisionsAsync([Id], Token));
    }

    [Theory]
    [MemberData(nameof(SoapDialects.All), MemberType = typeof(SoapDialects))]
    public async Task DriverCalls_InEveryDialect_GiveListsAndSets(SoapDialect dialect)
    {
        using var client = new RecordedUpstream()
            .Answer("GetDriverIdList", dialect.Answer("GetDriverIdList", $"<GetDriverIdListResult><RemovedDriverSets><guid>{Id}</guid></RemovedDriverSets><NewDriverSets><guid>{Other}</guid></NewDriverSets><NewRevisions><UpdateIdentity><UpdateID>{Id}</UpdateID><RevisionNumber>1</RevisionNumber></UpdateIdentity></NewRevisions><Anchor> 12 </Anchor></GetDriverIdListResult>"))
            .Answer("GetDriverSetData", dialect.Answer("GetDriverSetData", $"<GetDriverSetDataResult><DriverSets><ServerSyncDriverSetData><DriverSetXml>&lt;DriverSet/&gt;</DriverSetXml><DriverSetId>{Other}</DriverSetId></ServerSyncDriverSetData></DriverSets></GetDriverSetDataResult>"))
            .Client();

        var list = await client.GetDriverIdListAsync(new DriverFilter { HardwareIds = [(@"PCI\VEN_8086&DEV_1234", true)] }, Token);

        Assert.Equal("12", list.Anchor);
        Assert.Equal([new RevisionId(Id, 1)], list.Revisions);
        Assert.Equal([Other], list.DriverSets);
        Assert.Equal([Id], list.RemovedDriverSets);
        Assert.Equal([new DriverSet(Other, "<DriverSet/>")], await client.GetDriverSetDataAsync([Other], Token));
    }

    [Fact]
    public async Task DownloadFiles_SomeUnknown_GivesThose()
    {
        var unknown = new Sha1Digest(new byte[20]);
        var fault = RecordedUpstream.Recording("000018-GetRevisionIdList-badanchor-fault").Replace("InvalidParameters", "FileDigestsMissing", StringComparison.Ordinal);
        string Missing(string message) => fault.Replace(">filter<", $">{message}<", StringComparison.Ordinal);
        using var client = new RecordedUpstream()
            .Answer("DownloadFiles", SoapDialect.Wsus.Answer("DownloadFiles", ""))
            .Answer("DownloadFiles", Missing($"{Convert.ToBase64String(File.ToArray())}|{Convert.ToBase64String(unknown.ToArray())}"))
            .Answer("DownloadFiles", Missing($"{File}|"))
            .Answer("DownloadFiles", Missing("some"))
            .Client();

        Assert.Empty(await client.DownloadFilesAsync([File, unknown], Token));
        Assert.Equal([File, unknown], await client.DownloadFilesAsync([File, unknown], Token));
        Assert.Equal([File], await client.DownloadFilesAsync([File, unknown], Token));
        Assert.Equal(UpstreamError.FileDigestsMissing, (await Assert.ThrowsAsync<UpstreamFaultException>(() => client.DownloadFilesAsync([File, unknown], Token))).Fault.Error);
    }

    [Fact]
    public async Task Ping_NeedsNoCookie()
    {
        var upstream = new RecordedUpstream().Answer("Ping", """
            <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><PingResponse xmlns="http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable"><PingResult><SuccessFlag>true</SuccessFlag><ServicesTime>2026-10-04T16:33:26Z</ServicesTime><ServicesName>ServerSync</ServicesName><ServicesMachine>WSUS01</ServicesMachine><IsHttps>false</IsHttps></PingResult></PingResponse></soap:Body></soap:Envelope>
            """);
        using var client = upstream.Client();

        var health = await client.PingAsync(Token);

        Assert.Equal((true, "ServerSync", "WSUS01"), (health.IsWell, health.Service, health.Machine));
        Assert.Equal("Ping", Assert.Single(upstream.Requests).Operation);
    }

    [Fact]
    public async Task GetConfigData_DriverLimits_AreRead()
    {
        var upstream = new RecordedUpstream().Instead("GetConfigData", RecordedUpstream.Recording("000005-GetConfigData").Replace(">0</MaxNumberOfDriverSetsPerRequest", ">7</MaxNumberOfDriverSetsPerRequest", StringComparison.Ordinal), HttpStatusCode.OK);
        using var client = upstream.Client();

        var config = await client.GetConfigDataAsync(null, Token);

        Assert.Equal((7, 0, 0), (config.MaxDriverSetsPerRequest, config.MaxComputerIdsPerRequest, config.MaxHardwareIdsPerRequest));
    }
}
