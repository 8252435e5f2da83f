using Hierarchy.Domain.Catalog;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Decisions;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Hierarchy.Testing.MicrosoftUpdate.Drivers;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>The calls beside the catalog's, against the simulated server: client and simulator were written after the same specification.</summary>
public sealed class SimulatedCallTests : IAsyncLifetime
{
    private static readonly Guid Computer = Guid.NewGuid();
    private readonly HttpClient _http = UpstreamHttp.Create(new UpstreamOptions(), TimeProvider.System);
    private MicrosoftUpdateServer _server = null!;
    private UpstreamClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = new MicrosoftUpdateOptions { MaxComputerIdsPerRequest = 2, MaxDriverSetsPerRequest = 2, MaxHardwareIdsPerRequest = 2 };
        _server = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 3 }, Token), options, Token);
        _client = new UpstreamClient(_http, new UpstreamOptions { Address = _server.Url, AccountName = "root.example", AccountId = Guid.NewGuid() }, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task GetDeployments_WithAnchors_GivesWhatChangedAndWholeLists()
    {
        var sync = await SyncAnchorAsync();
        var decisions = _server.Decisions;
        var pilot = decisions.AddGroup("Pilot");
        var first = decisions.Approve(_server.Library.Latest(DemoUpdates.IdOf(1))!, pilot.Id, deadline: new DateTimeOffset(2027, 1, 1, 3, 0, 0, TimeSpan.Zero));
        var eula = Guid.NewGuid();
        decisions.AcceptEula(eula);

        var whole = await _client.GetDeploymentsAsync(null, sync, Token);
        Assert.Equal(3, whole.Groups!.Count);
        Assert.Contains(new UpstreamTargetGroup(pilot.Id, UpstreamDecisions.AllComputers, "Pilot", false), whole.Groups);
        var deployment = Assert.Single(whole.Deployments);
        Assert.Equal((first.Id, new RevisionId(DemoUpdates.IdOf(1), 100), first.Deadline), (deployment.Id, deployment.Revision, deployment.Deadline));
        Assert.Empty(whole.DeadDeployments);
        Assert.Equal([eula], whole.AcceptedEulas);

        var nothing = await _client.GetDeploymentsAsync(whole.Anchor, sync, Token);
        Assert.Empty(nothing.Deployments);
        Assert.Equal([eula], nothing.AcceptedEulas);

        decisions.Hide(DemoUpdates.IdOf(1));
        var second = decisions.Approve(_server.Library.Latest(DemoUpdates.IdOf(2))!, UpstreamDecisions.AllComputers, action: 1);
        var changed = await _client.GetDeploymentsAsync(nothing.Anchor, sync, Token);
        Assert.Equal([first.Id], changed.DeadDeployments);
        Assert.Equal((second.Id, DeploymentAction.Uninstall, null), (changed.Deployments[0].Id, changed.Deployments[0].Action, changed.Deployments[0].Deadline));
        Assert.Equal([DemoUpdates.IdOf(1)], changed.HiddenUpdates);

        decisions.Unhide(DemoUpdates.IdOf(1));
        Assert.Empty((await _client.GetDeploymentsAsync(changed.Anchor, sync, Token)).HiddenUpdates!);
    }

    [Fact]
    public async Task GetDeployments_OfARevisionNotHeardOf_WaitsForTheNextSynchronization()
    {
        var sync = await SyncAnchorAsync();
        _server.Decisions.Approve(_server.Library.Revise(DemoUpdates.IdOf(1)), UpstreamDecisions.AllComputers);

        var early = await _client.GetDeploymentsAsync(null, sync, Token);
        Assert.Empty(early.Deployments);
        var late = await _client.GetDeploymentsAsync(early.Anchor, await SyncAnchorAsync(), Token);
        Assert.Equal(101, Assert.Single(late.Deployments).Revision.RevisionNumber);
    }

    [Fact]
    public async Task GetDeployments_AnchorOfAnotherLife_IsServerChanged()
    {
        var anchor = (await _client.GetDeploymentsAsync(null, await SyncAnchorAsync(), Token)).Anchor;
        _server.RestartWithNewAnchors();

        var sync = await SyncAnchorAsync();
        var fault = (await Assert.ThrowsAsync<UpstreamFaultException>(() => _client.GetDeploymentsAsync(anchor, sync, Token))).Fault;

        Assert.Equal(UpstreamError.ServerChanged, fault.Error);
    }

    [Fact]
    public async Task DownloadFiles_KnownAndUnknown_NamesTheUnknown()
    {
        var known = new Sha1Digest(_server.Library.Latest(DemoUpdates.IdOf(1))!.Summary.Files[0].Sha1);
        var unknown = new Sha1Digest(new byte[20]);

        Assert.Empty(await _client.DownloadFilesAsync([known], Token));
        Assert.Equal([unknown], await _client.DownloadFilesAsync([known, unknown], Token));
        Assert.Equal(2, _server.Counters.FilesAskedFor);
    }

    [Fact]
    public async Task Drivers_ByDeviceAndComputer_ComeWithTheirSets()
    {
        var driver = Guid.NewGuid();
        _server.Library.Publish(SourceDocument.Parse(
            $"""<upd:Update xmlns:upd='{UpdateDocument.Namespace}' xmlns:drv='http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver'><upd:UpdateIdentity UpdateID='{driver}' RevisionNumber='1' /><upd:Properties UpdateType='Driver' /><upd:ApplicabilityRules><upd:Metadata><drv:WindowsDriverMetaData HardwareID='pci\ven_8086&amp;dev_1234' /></upd:Metadata></upd:ApplicabilityRules></upd:Update>"""));
        var set = new PublishedDriverSet(Guid.NewGuid(), [Computer], [new RevisionKey(driver, 1)], "<DriverSet a='&lt;'/>");
        _server.Publish(set);

        var byDevice = await _client.GetDriverIdListAsync(new DriverFilter { HardwareIds = [(@"PCI\VEN_8086&DEV_1234", true)] }, Token);
        Assert.Equal([new RevisionId(driver, 1)], byDevice.Revisions);
        Assert.Empty(byDevice.DriverSets);
        Assert.Empty((await _client.GetDriverIdListAsync(new DriverFilter { Anchor = byDevice.Anchor, HardwareIds = [(@"PCI\VEN_8086&DEV_1234", true)] }, Token)).Revisions);

        var byComputer = await _client.GetDriverIdListAsync(new DriverFilter { ComputerIds = [(Computer, false)] }, Token);
        Assert.Equal([set.Id], byComputer.DriverSets);
        Assert.Equal([new RevisionId(driver, 1)], byComputer.Revisions);
        Assert.Equal([new DriverSet(set.Id, set.Xml)], await _client.GetDriverSetDataAsync([set.Id, Guid.NewGuid()], Token));
        Assert.Equal(
            UpstreamError.TooManyIds,
            (await Assert.ThrowsAsync<UpstreamFaultException>(() => _client.GetDriverSetDataAsync([set.Id, Guid.NewGuid(), Guid.NewGuid()], Token))).Fault.Error);

        _server.RemoveDriverSet(set.Id);
        Assert.Equal([set.Id], (await _client.GetDriverIdListAsync(new DriverFilter { Anchor = byComputer.Anchor, ComputerIds = [(Computer, true)] }, Token)).RemovedDriverSets);
    }

    [Fact]
    public async Task RelatedRevisionsAndPing_AreAnswered()
    {
        Assert.Contains(new RevisionId(DemoUpdates.IdOf(1), 100), await _client.GetRelatedRevisionsAsync([DemoUpdates.IdOf(1), Guid.NewGuid()], Token));
        Assert.True((await _client.PingAsync(Token)).IsWell);
    }

    private async Task<string> SyncAnchorAsync() => (await _client.GetRevisionIdListAsync(RevisionFilter.OfCategories(null), Token)).Anchor!;
}
