using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Updates from outside the selection, by their ids.</summary>
public sealed class ImportTests
{
    private static readonly Guid Bundle = new("b0000000-0000-0000-0000-000000000001");
    private static readonly Guid Child = new("b0000000-0000-0000-0000-000000000002");
    private static readonly Guid Grandchild = new("b0000000-0000-0000-0000-000000000003");
    private static readonly Guid Needed = new("b0000000-0000-0000-0000-000000000004");
    private static readonly Guid NeededByNeeded = new("b0000000-0000-0000-0000-000000000005");
    private static readonly Guid Elsewhere = new("b0000000-0000-0000-0000-000000000006");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Import_OutsideTheSelection_BringsWhatItNeedsAndFollowsItsRevisions(bool answersRelated)
    {
        await using var upstream = await UpstreamAsync();
        if (!answersRelated) upstream.Faults.FailNext(1000, "InternalServerError", "GetRelatedRevisionsForUpdates");
        await using var root = await RunningServer.RootAsync(upstream: upstream.Url.AbsoluteUri);
        Assert.Equal("", (await SyncAsync(root)).Error);
        Assert.Null(root.Views.View.Updates.GetValueOrDefault(Bundle)?.Latest);

        var run = await ImportAsync(root, Bundle);

        Assert.Equal("", run.Error);
        Assert.Equal((SyncReason.Import, SyncOutcome.Succeeded, "ann@desk"), (run.Reason, run.Outcome, run.RequestedBy));
        foreach (var id in new[] { Bundle, Child, Grandchild, Needed, NeededByNeeded }) Assert.NotNull(root.Views.View.Updates.GetValueOrDefault(id)?.Latest);
        Assert.Null(root.Views.View.Updates.GetValueOrDefault(Elsewhere)?.Latest);
        Assert.Equal("ann@desk", root.Views.View.Imported[Bundle].ImportedBy);

        upstream.Library.Revise(Bundle);
        upstream.Library.Revise(Elsewhere);
        var followed = await SyncAsync(root);

        Assert.Equal(("", 1), (followed.Error, followed.RevisedUpdates));
        Assert.Equal(2, root.Views.View.Updates[Bundle].Revisions.Count);
        Assert.Null(root.Views.View.Updates.GetValueOrDefault(Elsewhere)?.Latest);
    }

    [Fact]
    public async Task Import_UpstreamDoesNotKnowIt_SaysSoAndFollowsNothing()
    {
        await using var upstream = await UpstreamAsync();
        await using var root = await RunningServer.RootAsync(upstream: upstream.Url.AbsoluteUri);
        var unknown = Guid.NewGuid();

        var run = await ImportAsync(root, unknown);
        var both = await ImportAsync(root, unknown, Elsewhere);

        Assert.Equal(SyncOutcome.Failed, run.Outcome);
        Assert.Contains(unknown.ToString("D"), run.Error, StringComparison.Ordinal);
        Assert.Contains("1 were imported", both.Error, StringComparison.Ordinal);
        Assert.Equal(Elsewhere, Assert.Single(root.Views.View.Imported).Key);
    }

    [Fact]
    public async Task Import_AtAReplica_IsRefused()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);

        var refused = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(replica, Bundle));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
    }

    private static async Task<SyncRun> ImportAsync(RunningServer server, params Guid[] ids)
    {
        using var call = server.Admin.ImportUpdates(
            new ImportUpdatesRequest { UpdateIds = { ids.Select(id => ByteString.CopyFrom(id.ToByteArray(bigEndian: true))) }, RequestedBy = "ann@desk" }, cancellationToken: Token);
        return (await call.ResponseStream.ReadAllAsync(Token).LastAsync(Token)).Finished;
    }

    private static async Task<SyncRun> SyncAsync(RunningServer server)
    {
        using var call = server.Admin.RunSync(new RunSyncRequest(), cancellationToken: Token);
        return (await call.ResponseStream.ReadAllAsync(Token).LastAsync(Token)).Finished;
    }

    /// <summary>A catalog in which a bundle of no chosen product bundles a bundle, and needs what needs something.</summary>
    private static async Task<MicrosoftUpdateServer> UpstreamAsync()
    {
        var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, Token), new MicrosoftUpdateOptions(), Token);
        upstream.Library.Publish(Document(Grandchild));
        upstream.Library.Publish(Document(Child, bundled: Grandchild));
        upstream.Library.Publish(Document(NeededByNeeded));
        upstream.Library.Publish(Document(Needed, needs: NeededByNeeded));
        upstream.Library.Publish(Document(Bundle, needs: Needed, bundled: Child));
        upstream.Library.Publish(Document(Elsewhere));
        return upstream;
    }

    private static SourceDocument Document(Guid id, Guid? needs = null, Guid? bundled = null) => SourceDocument.Parse(
        $"""
        <upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update"><upd:UpdateIdentity UpdateID="{id}" RevisionNumber="100" />
        <upd:Properties UpdateType="Software" DefaultPropertiesLanguage="en" ExplicitlyDeployable="true" PublicationState="Published" CreationDate="2026-10-04T12:00:58.287Z" />
        <upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>{id}</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>
        <upd:Relationships>{(needs is { } prerequisite ? $"""<upd:Prerequisites><upd:UpdateIdentity UpdateID="{prerequisite}" /></upd:Prerequisites>""" : "")}{(bundled is { } child ? $"""<upd:BundledUpdates><upd:UpdateIdentity UpdateID="{child}" RevisionNumber="100" /></upd:BundledUpdates>""" : "")}</upd:Relationships>
        </upd:Update>
        """);
}
