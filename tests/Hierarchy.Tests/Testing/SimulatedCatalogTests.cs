using System.Text;
using System.Xml.Linq;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Hierarchy.WindowsUpdate.Cabinets;
using Xunit;
using static Hierarchy.Tests.Testing.UpstreamCaller;

namespace Hierarchy.Tests.Testing;

public sealed class SimulatedCatalogTests
{
    private static readonly Guid Defender = new("8c3fcc84-7410-4a95-8b89-a166a0190486");
    private static readonly Guid DefinitionUpdates = new("e0789628-ce08-4437-be74-2495b842f43b");

    [Fact]
    public async Task Folder_RealDocuments_ComeOverTheWireByteForByte()
    {
        var folder = RepositoryRoot.Fixture("updates");
        var library = SimulatedCatalog.Create(new CatalogOptions { Documents = folder }, TestContext.Current.CancellationToken);
        await using var server = await MicrosoftUpdateServer.StartAsync(library, new MicrosoftUpdateOptions(), TestContext.Current.CancellationToken);
        using var caller = new UpstreamCaller(server);
        await caller.AuthorizeAsync();
        var sent = new Dictionary<string, bool>();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var document = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
            var key = DocumentSummary.Read(document).Key;
            var answer = await caller.CallAsync("GetUpdateData", Identities((key.Id, key.Revision)));
            var compressed = All(answer, "XmlUpdateBlobCompressed").SingleOrDefault();
            var received = compressed is null
                ? All(answer, "XmlUpdateBlob").Single().Value
                : CabinetReader.ReadText(Convert.FromBase64String(compressed.Value), "blob", CabinetLimits.Default);
            Assert.Equal(document, received);
            Assert.Equal(Encoding.UTF8.GetByteCount(document) > 5120, compressed is not null);
            sent[path] = compressed is not null;
        }

        Assert.Contains(true, sent.Values);
        Assert.Contains(false, sent.Values);
    }

    [Fact]
    public void Folder_WhatItNamesAndLacks_IsMadeButForWhatIsLeftOut()
    {
        var documents = DocumentFolder.Read(RepositoryRoot.Fixture("updates"));
        Assert.Equal(9, documents.Count);
        foreach (var leave in new[] { 0, 2 })
        {
            var all = documents.Concat(MissingDocuments.Complete(documents, leave)).ToList();
            var present = all.Select(document => document.Summary.Key.Id).ToHashSet();
            Assert.Equal(all.Count, present.Count);
            Assert.All(all.SelectMany(document => document.Summary.Categories), id => Assert.Contains(id, present));
            Assert.All(all.SelectMany(document => document.Summary.BundledUpdates), child => Assert.Contains(child.Id, present));
            Assert.Equal(leave, all.SelectMany(document => document.Summary.Prerequisites).Where(id => !present.Contains(id)).Distinct().Count());
        }
    }

    [Fact]
    public async Task HiddenChildren_OfMatchingBundles_AreListedOnlyWhereAsked()
    {
        var library = SimulatedCatalog.Create(new CatalogOptions { Generate = 300, Seed = 5 }, TestContext.Current.CancellationToken);
        var filter = Filter([Defender], [DefinitionUpdates]);
        await using var strict = await MicrosoftUpdateServer.StartAsync(library, new MicrosoftUpdateOptions(), TestContext.Current.CancellationToken);
        await using var generous = await MicrosoftUpdateServer.StartAsync(library, new MicrosoftUpdateOptions { ListBundledChildren = true }, TestContext.Current.CancellationToken);
        using var first = new UpstreamCaller(strict);
        using var second = new UpstreamCaller(generous);
        await first.AuthorizeAsync();
        await second.AuthorizeAsync();

        var bundles = Listed(await first.CallAsync("GetRevisionIdList", filter));
        var everything = Listed(await second.CallAsync("GetRevisionIdList", filter));

        Assert.All(bundles, bundle => Assert.NotEmpty(library.Latest(bundle.Id)!.Summary.BundledUpdates));
        Assert.True(everything.Count > bundles.Count * 5);
        var related = await first.CallAsync("GetRelatedRevisionsForUpdates", $"<updateIDs>{string.Concat(bundles.Select(bundle => $"<guid>{bundle.Id}</guid>"))}</updateIDs>");
        Assert.Equal(everything.Order(), Listed(related).Order());
    }

    [Fact]
    public async Task EncryptedFiles_TheirKeys_AreGivenForThemAlone()
    {
        var library = SimulatedCatalog.Create(new CatalogOptions { Generate = 100, Seed = 5 }, TestContext.Current.CancellationToken);
        await using var server = await MicrosoftUpdateServer.StartAsync(library, new MicrosoftUpdateOptions(), TestContext.Current.CancellationToken);
        using var caller = new UpstreamCaller(server);
        await caller.AuthorizeAsync();
        var summary = library.Revisions.ToArray().First(revision => revision.Summary.Files.Any(file => file.IsEncrypted)).Summary;

        var answer = await caller.CallAsync("GetUpdateDecryptionData", Identities((summary.Key.Id, summary.Key.Revision)));

        AnswerSchemas.AssertValid(answer);
        Assert.Equal(
            summary.Files.Where(file => file.IsEncrypted).Select(file => Convert.ToBase64String(file.Sha1)),
            All(answer, "FileDigest").Select(digest => digest.Value));
        Assert.All(All(answer, "DecryptionKey"), key => Assert.Equal(32, Convert.FromBase64String(key.Value).Length));
    }

    [Fact]
    public async Task GeneratedCatalog_FetchedInBatches_HoldsAgainstTheSchemasAndDecodes()
    {
        var library = SimulatedCatalog.Create(new CatalogOptions { Generate = 400, Seed = 11 }, TestContext.Current.CancellationToken);
        await using var server = await MicrosoftUpdateServer.StartAsync(library, new MicrosoftUpdateOptions(), TestContext.Current.CancellationToken);
        using var caller = new UpstreamCaller(server);
        await caller.AuthorizeAsync();
        var ids = Listed(await caller.CallAsync("GetRevisionIdList", "<filter><GetConfig>false</GetConfig><Get63LanguageOnly>false</Get63LanguageOnly></filter>"));
        var sources = library.Revisions.ToArray().ToDictionary(revision => revision.Key.Id, revision => revision.Source().Xml);
        foreach (var batch in ids.Chunk(100))
        {
            var answer = await caller.CallAsync("GetUpdateData", Identities(batch));
            AnswerSchemas.AssertValid(answer);
            foreach (var update in All(answer, "ServerSyncUpdateData"))
                Assert.Equal(sources[Guid.Parse(All(update, "UpdateID").Single().Value)], Text(update));
        }

        Assert.Equal(ids.Count, server.Counters.UpdatesSent);
    }

    private static string Text(XElement update) => All(update, "XmlUpdateBlobCompressed").SingleOrDefault() is { } cabinet
        ? CabinetReader.ReadText(Convert.FromBase64String(cabinet.Value), "blob", CabinetLimits.Default)
        : All(update, "XmlUpdateBlob").Single().Value;
}
