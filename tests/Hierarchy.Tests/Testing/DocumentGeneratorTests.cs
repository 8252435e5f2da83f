using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Hierarchy.Domain.Catalog;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Xunit;

namespace Hierarchy.Tests.Testing;

public sealed class DocumentGeneratorTests
{
    private const int Count = 1000;

    private static readonly XNamespace Upd = "http://schemas.microsoft.com/msus/2002/12/Update";

    private static readonly Lazy<IReadOnlyList<SourceDocument>> Documents = new(() => Make(seed: 7, Count));

    [Fact]
    public void Plan_AnyCount_GivesExactlySoManyDocuments()
    {
        foreach (var count in new[] { 0, 1, 2, 3, 5, 17, 100, 333 })
            Assert.Equal(count, Make(seed: 3, count).Count);
    }

    [Fact]
    public void Documents_SameSeed_AreTheSameAndOtherwiseAllDiffer()
    {
        Assert.True(Documents.Value.Select(document => document.Xml).SequenceEqual(Make(seed: 7, Count).Select(document => document.Xml)));
        Assert.Equal(Count, Documents.Value.Select(document => document.Xml).Distinct().Count());
        Assert.Equal(Count, Documents.Value.Select(document => document.Summary.Key).Distinct().Count());
        Assert.Empty(Documents.Value.Select(document => document.Summary.Key.Id).Intersect(Make(seed: 8, Count).Select(document => document.Summary.Key.Id)));
    }

    [Fact]
    public void Documents_OfASmallerCatalog_AreThoseOfALargerOne()
    {
        // All but the last group, which is cut to the count.
        var small = Make(seed: 7, 500);
        Assert.Equal(small.Take(470).Select(document => document.Xml), Documents.Value.Take(470).Select(document => document.Xml));
    }

    [Fact]
    public void Documents_SummaryOfTheGenerator_IsWhatTheDocumentSays()
    {
        foreach (var document in Documents.Value)
            DemoUpdatesTests.AssertSame(DocumentSummary.Read(document.Xml), document.Summary);
    }

    [Fact]
    public void Documents_All_AreUnderstoodByTheProduct()
    {
        foreach (var document in Documents.Value.Concat(CategoryDocuments.All()).Concat(DemoUpdates.Create(2)))
            Assert.Equal(document.Summary.Key.Id, UpdateDocument.Read(document.Xml).Id.UpdateId);
    }

    [Fact]
    public void Documents_TheirRules_AreThoseOfThePublishedSchemas()
    {
        var schemas = new RuleSchemas();
        var problems = Documents.Value.Concat(CategoryDocuments.All())
            .SelectMany(document => XDocument.Parse(document.Xml).Descendants(Upd + "ApplicabilityRules").Descendants().Select(schemas.Problem).Where(problem => problem is not null));
        Assert.Empty(problems.Distinct());
    }

    [Fact]
    public void Documents_Together_CoverWhatRealCatalogsHave()
    {
        var documents = Documents.Value.Select(document => (document.Summary, Xml: XDocument.Parse(document.Xml).Root!, Size: Encoding.UTF8.GetByteCount(document.Xml))).ToList();
        var handlers = documents.Select(document => document.Xml.Element(Upd + "HandlerSpecificData")?.Attributes().FirstOrDefault(a => a.Name.LocalName == "type")?.Value)
            .OfType<string>().ToHashSet();
        Assert.Superset(
            new HashSet<string> { "cmd:CommandLineInstallation", "cbs:Cbs", "msp:WindowsInstaller", "msp:WindowsInstallerApp", "osi:OSInstallerMetadata", "drv:WindowsDriver", "psf:WindowsPatch" },
            handlers);
        Assert.Superset(new HashSet<string> { "Software", "Driver", "Detectoid" }, documents.Select(document => document.Summary.UpdateType).ToHashSet());

        var languages = documents.Select(document => document.Xml.Descendants(Upd + "LocalizedProperties").Count()).ToList();
        Assert.Equal((1, 29), (languages.Min(), languages.Max()));
        Assert.InRange(documents.Min(document => document.Size), 1000, 2000);
        Assert.InRange(documents.Max(document => document.Size), 30_000, 61_440);
        Assert.InRange(documents.Average(document => document.Size), 5000, 8000);

        Assert.Contains(documents, document => document.Xml.Descendants(Upd + "SupersededUpdates").Elements().Count() >= 4);
        Assert.Contains(documents, document => document.Xml.Element(Upd + "Properties")!.Attribute("EulaID") is not null);
        Assert.Contains(documents, document => document.Xml.Descendants(Upd + "File").Any(file => file.Attribute("IsEncrypted") is not null));
        var byKey = documents.ToDictionary(document => document.Summary.Key, document => document.Summary);
        Assert.Equal(3, documents.Max(document => Depth(document.Summary, byKey)));
    }

    [Fact]
    public void Documents_WhatTheyName_ExistsButForAFewPrerequisites()
    {
        var present = Documents.Value.Concat(CategoryDocuments.All()).Select(document => document.Summary.Key.Id).ToHashSet();
        var revisions = Documents.Value.Select(document => document.Summary.Key).ToHashSet();
        Assert.All(Documents.Value.SelectMany(document => document.Summary.Categories), id => Assert.Contains(id, present));
        Assert.All(Documents.Value.SelectMany(document => document.Summary.BundledUpdates), child => Assert.Contains(child, revisions));
        var missing = Documents.Value.SelectMany(document => document.Summary.Prerequisites).Count(id => !present.Contains(id));
        Assert.InRange(missing, 1, Count / 30);
    }

    [Fact]
    public void Files_AllOfThem_HaveTheDigestsTheyAreNamedBy()
    {
        foreach (var file in Documents.Value.SelectMany(document => document.Files).Take(300))
        {
            var bytes = new byte[file.Length];
            file.Bytes.Read(0, bytes);
            Assert.Equal(file.Sha256, SHA256.HashData(bytes));
            var part = new byte[Math.Min(100, file.Length / 3)];
            file.Bytes.Read(file.Length / 2, part);
            Assert.Equal(bytes.AsSpan((int)(file.Length / 2), part.Length).ToArray(), part);
        }
    }

    private static IReadOnlyList<SourceDocument> Make(int seed, int count) => [.. new DocumentGenerator(seed).Plan(count).SelectMany(group => group())];

    private static int Depth(DocumentSummary summary, Dictionary<RevisionKey, DocumentSummary> byKey) =>
        1 + summary.BundledUpdates.Select(child => Depth(byKey[child], byKey)).DefaultIfEmpty(0).Max();
}
