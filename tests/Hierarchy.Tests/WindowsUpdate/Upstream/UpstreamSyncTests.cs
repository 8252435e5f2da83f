using System.Text;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>Synchronizations with the simulated Microsoft Update over HTTP.</summary>
public class UpstreamSyncTests
{
    private static readonly Guid Windows = new("6964aab4-c5b5-43bd-a17d-ffb4346a8e1d");
    private static readonly Guid Windows11 = new("72e7624a-5b00-45d2-b92f-e561c0a6a160");
    private static readonly Guid Office2016 = new("25aed893-7c2d-4a31-ae22-28ff8ac150ed");
    private static readonly Guid SecurityUpdates = new("0fa1201d-4330-4fa8-8ae9-b877473b6441");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sync_RecordedDocuments_AreStoredByteForByte()
    {
        var folder = RepositoryRoot.Fixture("updates");
        await using var server = await StartAsync(new CatalogOptions { Documents = folder, Demo = 2 });
        var catalog = new MemoryCatalog();

        var result = await SyncAsync(server, catalog);

        foreach (var document in DocumentFolder.Read(folder))
        {
            var stored = catalog.Revisions[new RevisionId(document.Summary.Key.Id, document.Summary.Key.Revision)];
            Assert.Equal(document.Xml, stored.Xml);
        }

        Assert.Equal(server.Library.Count, catalog.Revisions.Count);
        Assert.Equal(server.Library.Count, result.Stored);
        Assert.Empty(catalog.Quarantine);
        Assert.Single(result.MissingPrerequisites);
        Assert.Empty(result.MissingBundled);
        Assert.True(result.Bytes > 10_000);
        var demo = catalog.Revisions[new RevisionId(DemoUpdates.IdOf(1), 100)];
        Assert.Equal(2, demo.Locations.Count);
        Assert.All(demo.Locations, location => Assert.StartsWith(server.Url.AbsoluteUri, location.MuUrl, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sync_ByProductAndClassification_BringsChildrenThatTheFilterMisses(bool isCompressed)
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 120, Generate = 300 }, new MicrosoftUpdateOptions { Gzip = isCompressed });
        var leaf = Publish(server, In(Windows11));
        var middle = Publish(server, In(Windows11, bundles: leaf));
        var inner = Publish(server, In(Windows11, bundles: middle));
        var bundle = Publish(server, InCategories(Windows11, SecurityUpdates, bundles: inner));
        var other = Publish(server, InCategories(Office2016, SecurityUpdates));
        var catalog = new MemoryCatalog();
        var phases = new List<SyncProgress>();

        var result = await SyncAsync(server, catalog, new SyncFilter { Products = new HashSet<Guid> { Windows }, Classifications = new HashSet<Guid> { SecurityUpdates } }, phases);

        Assert.All([leaf, middle, inner, bundle], id => Assert.Contains(id, catalog.Revisions.Keys));
        Assert.DoesNotContain(other, catalog.Revisions.Keys);
        Assert.Empty(result.MissingBundled);
        Assert.Empty(catalog.Quarantine);
        Assert.Equal(3, phases.Count(progress => progress is { Phase: SyncPhase.FetchingBundled, Done: 0 }));
        Assert.Equal(SyncPhase.Done, phases[^1].Phase);
        Assert.All(phases, progress => Assert.InRange(progress.Done, 0, progress.Total));
        Assert.Equal(result.Stored, phases[^1].Stored);
    }

    [Fact]
    public async Task Sync_NothingNew_TransfersNoDocument()
    {
        await using var server = await StartAsync(new CatalogOptions { Generate = 300, Demo = 3 });
        foreach (var filter in new[] { SyncFilter.Everything, SyncFilter.WsusDefault })
        {
            var catalog = new MemoryCatalog();
            await SyncAsync(server, catalog, filter);
            var sent = server.Counters.UpdatesSent;

            var result = await SyncAsync(server, catalog, filter);

            Assert.Equal(sent, server.Counters.UpdatesSent);
            Assert.Equal((0, 0), (result.Listed, result.Stored));
        }
    }

    [Fact]
    public async Task Sync_NewRevisedAndExpired_BringsOnlyThose()
    {
        await using var server = await StartAsync(new CatalogOptions { Generate = 300, Demo = 3 });
        var catalog = new MemoryCatalog();
        await SyncAsync(server, catalog, SyncFilter.Everything);
        var sent = server.Counters.UpdatesSent;

        server.Library.Revise(DemoUpdates.IdOf(1));
        server.Library.Expire(DemoUpdates.IdOf(2));
        server.Library.Publish(DemoUpdates.Create(4)[3]);
        var result = await SyncAsync(server, catalog, SyncFilter.Everything);

        Assert.Equal(3, server.Counters.UpdatesSent - sent);
        Assert.Equal((3, 1), (result.Stored, result.Expired));
        Assert.Equal(PublicationState.Expired, catalog.Revisions[new RevisionId(DemoUpdates.IdOf(2), 101)].Revision.PublicationState);
    }

    [Fact]
    public async Task Sync_NothingChosenAndThenEverything_BringsEverything()
    {
        await using var server = await StartAsync(new CatalogOptions { Generate = 10, Demo = 5 });
        var catalog = new MemoryCatalog();
        await SyncAsync(server, catalog, SyncFilter.Everything);
        var everything = catalog.Digest;

        var other = new MemoryCatalog();
        await SyncAsync(server, other, SyncFilter.WsusDefault);
        await SyncAsync(server, other, new SyncFilter { Products = new HashSet<Guid>(), Classifications = new HashSet<Guid>() });
        await SyncAsync(server, other, SyncFilter.Everything);

        Assert.Equal(everything, other.Digest);
    }

    [Fact]
    public async Task Sync_ProductChosenLater_IsAskedForWhole()
    {
        await using var server = await StartAsync(new CatalogOptions { Generate = 10, Demo = 5 });
        Publish(server, InCategories(Office2016, SecurityUpdates));
        var (catalog, atOnce) = (new MemoryCatalog(), new MemoryCatalog());
        var first = SyncFilter.WsusDefault with { Products = new HashSet<Guid> { Windows } };

        await SyncAsync(server, catalog, first);
        var before = catalog.Revisions.Count;
        await SyncAsync(server, catalog, SyncFilter.WsusDefault);
        await SyncAsync(server, atOnce, SyncFilter.WsusDefault);

        Assert.True(catalog.Revisions.Count > before);
        Assert.Equal(atOnce.Digest, catalog.Digest);
    }

    [Fact]
    public async Task Sync_DocumentsThatCannotBeUnderstood_AreQuarantinedAndTheRestSyncs()
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 150 });
        var bad = Publish(server, "<upd:Relationships><upd:Prerequisites><upd:AtLeastOne /></upd:Prerequisites></upd:Relationships>");
        var parent = Publish(server, In(Windows11, bundles: new RevisionId(Guid.NewGuid(), 7)));
        var catalog = new MemoryCatalog();

        var result = await SyncAsync(server, catalog);

        Assert.Equal(2, result.Quarantined);
        Assert.Equal(server.Library.Count - 1, catalog.Revisions.Count);
        Assert.Contains("names no update", catalog.Quarantine[bad].Reason, StringComparison.Ordinal);
        Assert.Contains("<upd:AtLeastOne", Encoding.UTF8.GetString(catalog.Quarantine[bad].Original.Span), StringComparison.Ordinal);
        var child = catalog.Revisions[parent].Revision.BundledUpdates[0].AnyOf[0];
        Assert.Contains("InternalServerError", catalog.Quarantine[child].Reason, StringComparison.Ordinal);

        var calls = server.Counters.CallsOf("GetUpdateData");
        await SyncAsync(server, catalog);
        Assert.Equal(calls, server.Counters.CallsOf("GetUpdateData"));
    }

    [Fact]
    public async Task Sync_OneUnknownIdInABatch_CostsOnlyThatOne()
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 3 });
        var known = Enumerable.Range(0, 60).Select(_ => Publish(server, "")).ToList();
        var unknown = new RevisionId(Guid.NewGuid(), 9);
        var bundle = Publish(server, InCategories(Windows11, SecurityUpdates, [.. known, unknown]));
        var catalog = new MemoryCatalog();

        await SyncAsync(server, catalog, new SyncFilter { Products = new HashSet<Guid> { Windows }, Classifications = new HashSet<Guid> { SecurityUpdates } });

        Assert.Contains(bundle, catalog.Revisions.Keys);
        Assert.All(known, id => Assert.Contains(id, catalog.Revisions.Keys));
        Assert.Equal([unknown], catalog.Quarantine.Keys);
    }

    [Fact]
    public async Task Sync_LoneDocumentMetByARandomFault_IsNotQuarantined()
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 3 });
        var catalog = new MemoryCatalog();
        await SyncAsync(server, catalog);
        var added = Publish(server, "");
        server.Faults.FailNext(1, "InternalServerError", "GetUpdateData");

        await SyncAsync(server, catalog);

        Assert.Contains(added, catalog.Revisions.Keys);
        Assert.Empty(catalog.Quarantine);
    }

    [Fact]
    public async Task Sync_CorruptedAnswers_LoseNoDocument()
    {
        await using var server = await StartAsync(new CatalogOptions { Generate = 200 });
        var catalog = new MemoryCatalog();
        for (var at = 2_000; at < 100_000; at += 15_000) server.Faults.CorruptNext(1, at, "GetUpdateData");

        await SyncAsync(server, catalog);

        foreach (var revision in server.Library.Revisions)
        {
            var id = new RevisionId(revision.Key.Id, revision.Key.Revision);
            Assert.True(catalog.Quarantine.ContainsKey(id) || catalog.Revisions.ContainsKey(id), $"{id} is lost");
        }
    }

    [Theory]
    [InlineData("ServerBusy")]
    [InlineData("InvalidCookie")]
    [InlineData("InvalidAuthorizationCookie")]
    [InlineData("ServerChanged")]
    public async Task Sync_FaultsOnTheWay_EndsWithTheSameCatalog(string code)
    {
        await using var server = await StartAsync(new CatalogOptions { Generate = 500 });
        var (undisturbed, disturbed) = (new MemoryCatalog(), new MemoryCatalog());
        await SyncAsync(server, undisturbed);

        server.Faults.FailNext(1, code, "GetConfigData");
        server.Faults.FailNext(1, code, "GetUpdateData");
        server.Faults.CutNext(1, 1_000, "GetUpdateData");
        server.Faults.CutNext(1, 100, "GetRevisionIdList");
        server.Faults.RefuseNext(1, 503, "GetCookie");
        await SyncAsync(server, disturbed);

        Assert.Equal(undisturbed.Digest, disturbed.Digest);
        Assert.Empty(disturbed.Quarantine);
    }

    [Fact]
    public async Task Sync_UpstreamWithNewAnchors_BeginsAgainAndFetchesOnlyWhatIsNew()
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 120 });
        var catalog = new MemoryCatalog();
        await SyncAsync(server, catalog);
        var sent = server.Counters.UpdatesSent;

        server.RestartWithNewAnchors();
        server.Library.Revise(DemoUpdates.IdOf(1));
        var result = await SyncAsync(server, catalog);

        Assert.Equal(1, server.Counters.UpdatesSent - sent);
        Assert.Equal(1, result.Stored);
        Assert.NotNull(catalog.Anchors.Updates);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(150)]
    [InlineData(400)]
    [InlineData(850)]
    public async Task Sync_ThatDies_GoesOnWhereItWas(int revisions)
    {
        await using var server = await StartAsync(new CatalogOptions { Generate = 900, Demo = 3 });
        var (undisturbed, dying) = (new MemoryCatalog(), new MemoryCatalog());
        await SyncAsync(server, undisturbed);
        dying.DieAfter(revisions);
        await Assert.ThrowsAsync<MemoryCatalog.DeathException>(() => SyncAsync(server, dying));
        Assert.Null(dying.Anchors.Updates);
        var before = dying.Revisions.Count;

        dying.DieAfter(int.MaxValue);
        var result = await SyncAsync(server, dying);

        Assert.Equal(undisturbed.Digest, dying.Digest);
        Assert.Equal(server.Library.Count - before, result.Stored);
    }

    [Fact]
    public async Task Sync_ServerThatFailsAtEverything_StopsInsteadOfQuarantiningACatalog()
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 150 });
        server.Faults.FailNext(100_000, "InternalServerError", "GetUpdateData");
        var catalog = new MemoryCatalog();

        var exception = await Assert.ThrowsAsync<IntegrityException>(() => SyncAsync(server, catalog));

        Assert.Contains("InternalServerError", exception.Message, StringComparison.Ordinal);
        Assert.Empty(catalog.Quarantine);
        Assert.Empty(catalog.Revisions);
        Assert.Equal(SyncAnchors.None, catalog.Anchors);
    }

    [Fact]
    public async Task Sync_UpstreamGone_IsUnavailableAndChangesNothing()
    {
        var server = await StartAsync(new CatalogOptions { Demo = 1 });
        await server.DisposeAsync();
        var catalog = new MemoryCatalog();

        var exception = await Assert.ThrowsAsync<UnavailableException>(() => SyncAsync(server, catalog));

        Assert.Contains("cannot be reached", exception.Message, StringComparison.Ordinal);
        Assert.Empty(catalog.Revisions);
        Assert.Equal(SyncAnchors.None, catalog.Anchors);
    }

    private static RevisionId Publish(MicrosoftUpdateServer server, string content)
    {
        var id = new RevisionId(Guid.NewGuid(), 1);
        server.Library.Publish(SourceDocument.Parse(
            $"<upd:Update xmlns:upd='{UpdateDocument.Namespace}'><upd:UpdateIdentity UpdateID='{id.UpdateId}' RevisionNumber='1' /><upd:Properties UpdateType='Software' />{content}</upd:Update>"));
        return id;
    }

    /// <summary>As hidden children are: the product in a plain group, no classification.</summary>
    private static string In(Guid product, params RevisionId[] bundles) =>
        $"<upd:Relationships><upd:Prerequisites><upd:AtLeastOne><upd:UpdateIdentity UpdateID='{product}' /></upd:AtLeastOne></upd:Prerequisites>{Bundled(bundles)}</upd:Relationships>";

    private static string InCategories(Guid product, Guid classification, params RevisionId[] bundles) =>
        $"<upd:Relationships><upd:Prerequisites><upd:AtLeastOne IsCategory='true'><upd:UpdateIdentity UpdateID='{classification}' /></upd:AtLeastOne>"
        + $"<upd:AtLeastOne IsCategory='true'><upd:UpdateIdentity UpdateID='{product}' /></upd:AtLeastOne></upd:Prerequisites>{Bundled(bundles)}</upd:Relationships>";

    private static string Bundled(RevisionId[] bundles) =>
        $"<upd:BundledUpdates>{string.Concat(bundles.Select(id => $"<upd:UpdateIdentity UpdateID='{id.UpdateId}' RevisionNumber='{id.RevisionNumber}' />"))}</upd:BundledUpdates>";

    private static Task<MicrosoftUpdateServer> StartAsync(CatalogOptions catalog, MicrosoftUpdateOptions? options = null) =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(catalog, Token), options ?? new MicrosoftUpdateOptions(), Token);

    private static async Task<SyncResult> SyncAsync(MicrosoftUpdateServer server, MemoryCatalog catalog, SyncFilter? filter = null, List<SyncProgress>? progress = null)
    {
        var options = new UpstreamOptions { Address = server.Url, AccountName = "root.example", AccountId = Guid.NewGuid(), RetryDelay = TimeSpan.FromMilliseconds(1) };
        using var http = UpstreamHttp.Create(options, TimeProvider.System);
        using var client = new UpstreamClient(http, options, TimeProvider.System);
        var sync = new UpstreamSync(client, catalog, TimeProvider.System);
        return await sync.RunAsync(filter ?? SyncFilter.Everything, catalog.Anchors, progress is null ? null : new Recorder(progress), Token);
    }

    private sealed class Recorder(List<SyncProgress> list) : IProgress<SyncProgress>
    {
        public void Report(SyncProgress value) => list.Add(value);
    }
}
