using System.Security.Cryptography;
using Hierarchy.Domain.Catalog;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>Synchronizations of updates with encrypted files, of bundles with lost children, and of what an older program put into quarantine.</summary>
public class UpstreamKeyTests
{
    private static readonly Guid KnownWindows11 = new("72e7624a-5b00-45d2-b92f-e561c0a6a160");
    private static readonly Guid SecurityUpdates = new("0fa1201d-4330-4fa8-8ae9-b877473b6441");
    private static readonly byte[] Sha1 = DigestOf(99);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sync_EncryptedFiles_BringsTheirKeysAndAsksForNoOthers()
    {
        await using var server = await StartAsync(new CatalogOptions { Generate = 300, Seed = 5 });
        var catalog = new MemoryCatalog();

        await SyncAsync(server, catalog);

        var marked = catalog.Revisions.Values.Where(entry => KeyFetcher.IsMarked(entry.Revision)).ToList();
        Assert.NotEmpty(marked);
        Assert.All(marked, entry => Assert.Equal(entry.Revision.Files.Count(file => file.IsEncrypted), entry.Keys!.Count));
        Assert.All(marked.SelectMany(entry => entry.Keys!), key => Assert.Equal(SHA256.HashData(key.File.ToArray()), key.Key.ToArray()));
        Assert.All(catalog.Revisions.Values.Except(marked), entry => Assert.Empty(entry.Keys!));

        var calls = server.Counters.CallsOf("GetUpdateDecryptionData");
        Assert.InRange(calls, 1, 300 / 100 + 1 + catalog.Revisions.Count / 100);
        await SyncAsync(server, catalog);
        Assert.Equal(calls, server.Counters.CallsOf("GetUpdateDecryptionData"));
    }

    [Theory]
    [InlineData("<upd:Files><upd:File Digest='{0}' DigestAlgorithm='SHA1' FileName='a.esd' Size='9' IsEncrypted='true' /></upd:Files>", "")]
    [InlineData("<upd:Files><upd:File Digest='{0}' DigestAlgorithm='SHA1' FileName='a.esd' Size='9' /></upd:Files>", "<upd:SecuredFragment>FileDecryption</upd:SecuredFragment>")]
    public async Task Sync_KeysRefusedAtFirst_StoresTheUpdateAndFetchesThemLater(string files, string properties)
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 1 });
        var id = Publish(server, string.Format(null, files, Convert.ToBase64String(Sha1)), properties);
        server.Faults.FailNext(1, "InternalServerError", "GetUpdateDecryptionData");
        var catalog = new MemoryCatalog();

        await SyncAsync(server, catalog);
        Assert.Null(catalog.Revisions[id].Keys);
        Assert.Empty(catalog.Quarantine);

        await SyncAsync(server, catalog);
        Assert.NotNull(catalog.Revisions[id].Keys);
        Assert.Equal(files.Contains("IsEncrypted", StringComparison.Ordinal) ? 1 : 0, catalog.Revisions[id].Keys!.Count);
    }

    [Fact]
    public async Task Sync_UpstreamThatHasNoKeys_IsNotAskedForEachRevision()
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 1 });
        for (var i = 0; i < 60; i++)
            Publish(server, $"<upd:Files><upd:File Digest='{Convert.ToBase64String(DigestOf(i))}' DigestAlgorithm='SHA1' FileName='{i}.esd' Size='9' IsEncrypted='true' /></upd:Files>");
        server.Faults.FailNext(10_000, "InternalServerError", "GetUpdateDecryptionData");
        var catalog = new MemoryCatalog();

        await SyncAsync(server, catalog);

        Assert.Equal(60, catalog.Revisions.Values.Count(entry => entry.Keys is null));
        Assert.InRange(server.Counters.CallsOf("GetUpdateDecryptionData"), 8, 40);
    }

    [Fact]
    public async Task Sync_ChildInAnotherRevision_IsFoundByRelatedRevisions()
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 2 });
        var grandchild = Publish(server, "");
        var child = Publish(server, Bundling(grandchild));
        Publish(server, Bundling(child with { RevisionNumber = 0 }));
        var catalog = new MemoryCatalog();

        var result = await SyncAsync(server, catalog, isFiltered: true);

        Assert.Contains(child, catalog.Revisions.Keys);
        Assert.Contains(grandchild, catalog.Revisions.Keys);
        Assert.Equal([child with { RevisionNumber = 0 }], catalog.Quarantine.Keys);
        Assert.Equal(1, server.Counters.CallsOf("GetRelatedRevisionsForUpdates"));
        await SyncAsync(server, catalog, isFiltered: true);
        Assert.Equal(1, server.Counters.CallsOf("GetRelatedRevisionsForUpdates"));
        Assert.Empty(result.MissingBundled);
    }

    [Fact]
    public async Task Sync_ManyLostChildrenAndNoRelatedRevisions_GoesOnWithoutThem()
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 2 });
        server.Faults.FailNext(100, "InvalidParameters", "GetRelatedRevisionsForUpdates");
        var lost = Enumerable.Range(0, 20).Select(_ => new RevisionId(Guid.NewGuid(), 1)).ToArray();
        var catalog = new MemoryCatalog();
        await SyncAsync(server, catalog, isFiltered: true);

        // In this one nothing else is fetched, so nothing but a document known before can speak for the upstream.
        var bundle = Publish(server, Bundling(lost));
        var result = await SyncAsync(server, catalog, isFiltered: true);

        Assert.Contains(bundle, catalog.Revisions.Keys);
        Assert.Equal(lost.ToHashSet(), catalog.Quarantine.Keys.ToHashSet());
        Assert.Equal(20, result.Quarantined);
    }

    [Fact]
    public async Task Sync_QuarantineOfAnOlderProgram_IsTriedAgainOnce()
    {
        await using var server = await StartAsync(new CatalogOptions { Demo = 2 });
        var id = Publish(server, "");
        var catalog = new MemoryCatalog();
        await SyncAsync(server, catalog);
        catalog.Revisions.Remove(id);
        var gone = new RevisionId(Guid.NewGuid(), 3);
        foreach (var quarantined in new[] { id, gone })
            await catalog.QuarantineAsync(new QuarantinedDocument(quarantined, "not understood", default), Token);

        await SyncAsync(server, catalog);
        Assert.DoesNotContain(id, catalog.Revisions.Keys);

        catalog.WasOlder = true;
        await SyncAsync(server, catalog);
        Assert.Contains(id, catalog.Revisions.Keys);
        Assert.Equal([gone], catalog.Quarantine.Keys);
        Assert.False(catalog.WasOlder);
    }

    [Fact]
    public async Task Sync_Drivers_ComeAsSoftwareDoes()
    {
        var drivers = new Guid("ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0");
        await using var server = await StartAsync(new CatalogOptions { Demo = 1 });
        server.Library.Publish(CategoryDocuments.Known(drivers));
        var id = new RevisionId(Guid.NewGuid(), 1);
        server.Library.Publish(SourceDocument.Parse(
            $"<upd:Update xmlns:upd='{UpdateDocument.Namespace}'><upd:UpdateIdentity UpdateID='{id.UpdateId}' RevisionNumber='1' /><upd:Properties UpdateType='Driver' />{InCategories(KnownWindows11, drivers)}</upd:Update>"));
        var catalog = new MemoryCatalog();

        await SyncAsync(server, catalog, new SyncFilter { Products = new HashSet<Guid> { KnownWindows11 }, Classifications = new HashSet<Guid> { drivers } });

        Assert.Equal(UpdateType.Driver, catalog.Revisions[id].Revision.Type);
        Assert.Equal(0, server.Counters.CallsOf("GetDriverIdList"));
    }

    /// <summary>The name of a file that nobody fetches here.</summary>
    private static byte[] DigestOf(int number) => SHA256.HashData([(byte)number])[..20];

    private static RevisionId Publish(MicrosoftUpdateServer server, string content, string properties = "")
    {
        var id = new RevisionId(Guid.NewGuid(), 1);
        server.Library.Publish(SourceDocument.Parse(
            $"<upd:Update xmlns:upd='{UpdateDocument.Namespace}'><upd:UpdateIdentity UpdateID='{id.UpdateId}' RevisionNumber='1' /><upd:Properties UpdateType='Software'>{properties}</upd:Properties>{content}</upd:Update>"));
        return id;
    }

    private static string InCategories(Guid product, Guid classification, string more = "") =>
        $"<upd:Relationships><upd:Prerequisites><upd:AtLeastOne IsCategory='true'><upd:UpdateIdentity UpdateID='{classification}' /></upd:AtLeastOne><upd:AtLeastOne IsCategory='true'><upd:UpdateIdentity UpdateID='{product}' /></upd:AtLeastOne></upd:Prerequisites>{more}</upd:Relationships>";

    private static string Bundling(params RevisionId[] children) => InCategories(
        KnownWindows11,
        SecurityUpdates,
        $"<upd:BundledUpdates>{string.Concat(children.Select(id => $"<upd:UpdateIdentity UpdateID='{id.UpdateId}' RevisionNumber='{id.RevisionNumber}' />"))}</upd:BundledUpdates>");

    private static Task<MicrosoftUpdateServer> StartAsync(CatalogOptions catalog) =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(catalog, Token), new MicrosoftUpdateOptions(), Token);

    private static Task<SyncResult> SyncAsync(MicrosoftUpdateServer server, MemoryCatalog catalog, bool isFiltered = false) => SyncAsync(
        server,
        catalog,
        isFiltered ? new SyncFilter { Products = new HashSet<Guid> { KnownWindows11 }, Classifications = new HashSet<Guid> { SecurityUpdates } } : SyncFilter.Everything);

    private static async Task<SyncResult> SyncAsync(MicrosoftUpdateServer server, MemoryCatalog catalog, SyncFilter filter)
    {
        var options = new UpstreamOptions { Address = server.Url, AccountName = "root.example", AccountId = Guid.NewGuid(), RetryDelay = TimeSpan.FromMilliseconds(1) };
        using var http = UpstreamHttp.Create(options, TimeProvider.System);
        using var client = new UpstreamClient(http, options, TimeProvider.System);
        return await new UpstreamSync(client, catalog, TimeProvider.System).RunAsync(filter, catalog.Anchors, null, Token);
    }
}
