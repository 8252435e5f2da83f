using System.Text.Json;
using System.Xml.Linq;
using Hierarchy.Domain;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Hierarchy.Testing.Generation;
using Hierarchy.Tests.Applicability;
using Xunit;

namespace Hierarchy.Tests.Catalog;

/// <summary>Nothing in a document is overlooked: each element and attribute stands in <see cref="DocumentTable"/>, and what the table says of it is so.</summary>
public sealed class DocumentCoverageTests
{
    private static readonly string[] OtherValues = ["true", "false", "0", "7", "Other", "0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7fff", "2001-02-03", "SHA256"];

    [Fact]
    public void EveryElement_OfTheRecordedAndTheGeneratedDocuments_StandsInTheTable()
    {
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var document in Documents())
            unknown.UnionWith(Places(document).Select(place => place.Path).Where(path => !DocumentTable.Modelled.Contains(path) && !DocumentTable.Kept.Contains(path)));

        Assert.True(unknown.Count == 0, $"Say what becomes of {string.Join(", ", unknown)}.");
    }

    [Fact]
    public void EveryEntryOfTheTable_IsMetInADocument()
    {
        var met = Documents().SelectMany(Places).Select(place => place.Path).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(DocumentTable.Modelled.Concat(DocumentTable.Kept).Except(met));
        Assert.Empty(DocumentTable.Modelled.Intersect(DocumentTable.Kept));
    }

    [Fact]
    public void WhatTheTableCallsModelled_ChangesWhatAReaderIsTold_AndTheRestDoesNot()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var document in DocumentSample.OfEachHandler().Prepend(DocumentSample.Everything).Select(XDocument.Parse))
        {
            var before = Told(document);
            foreach (var (path, set, value) in Places(document).ToList())
            {
                foreach (var other in OtherValues.Where(other => other != value))
                {
                    set(other);
                    if (Told(document) == before) continue;
                    seen.Add(path);
                    break;
                }

                set(value);
            }

            Assert.Equal(before, Told(document));
        }

        Assert.Empty(DocumentTable.Modelled.Except(seen));
        Assert.Empty(DocumentTable.Kept.Intersect(seen));
    }

    [Fact]
    public void EveryElementOfTheSchemas_IsARuleOrMetadataThatIsKnown()
    {
        // The blob of a patch and of a package are read by the rules, the driver's by the catalog, too.
        string[] metadata = ["MsiPatchMetadata", "MsiApplicationMetadata", "WindowsDriverMetaData"];
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Fixture("schemas/metadata"), "*.xsd"))
        {
            foreach (var element in XDocument.Load(file).Root!.Elements().Where(element => element.Name.LocalName == "element"))
            {
                var name = element.Attribute("name")!.Value;
                count++;
                if (element.Attribute("substitutionGroup")?.Value == "upd:ApplicabilityMetadataElement") Assert.Contains(name, metadata);
                else Assert.DoesNotContain("does not know", RuleCases.Evaluate($"<b.{name}/>", FactSet.Empty).Explain(), StringComparison.Ordinal);
            }
        }

        Assert.True(count > 40);
    }

    [Fact]
    public void EveryAttributeOfTheDriverSchema_IsModelled()
    {
        var schema = XDocument.Load(RepositoryRoot.Fixture("schemas/metadata/03-WindowsDriver.xsd"));
        var type = schema.Descendants().Single(element => element.Name.LocalName == "complexType" && element.Attribute("name")?.Value == "WindowsDriverMetaData");

        foreach (var part in type.Descendants().Where(part => part.Name.LocalName is "attribute" or "element"))
            Assert.Contains($"ApplicabilityRules/Metadata/WindowsDriverMetaData{(part.Name.LocalName == "attribute" ? "@" : "/")}{part.Attribute("name")!.Value}{(part.Name.LocalName == "attribute" ? "" : "#")}", DocumentTable.Modelled);
    }

    [Fact]
    public void WhateverADocumentHolds_IsStoredVerbatim()
    {
        foreach (var xml in RecordedTexts().Append(DocumentSample.Everything.Replace("<upd:Files>", "<upd:Files New='1'><!-- kept --><x:New xmlns:x='urn:new'>\r\n\t</x:New>", StringComparison.Ordinal)))
        {
            Assert.NotEqual(Guid.Empty, UpdateDocument.Read(xml).Id.UpdateId);
            Assert.Equal(xml, StoredDocument.Pack(xml).Open());
        }
    }

    private static IEnumerable<string> RecordedTexts() => Directory.EnumerateFiles(RepositoryRoot.Fixture("updates")).Select(File.ReadAllText);

    private static IEnumerable<XDocument> Documents() => RecordedTexts().Concat(Fragments()).Append(DocumentSample.Everything).Concat(DocumentSample.OfEachHandler())
        .Concat(new DocumentGenerator(5).Plan(300).SelectMany(group => group()).Select(document => document.Xml))
        .Select(xml => XDocument.Parse(xml));

    /// <summary>What WSUS made of other documents, put back to where it stood in them. Prefixes within names are those of core fragments.</summary>
    private static IEnumerable<string> Fragments()
    {
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Fixture("fragments"), "*.xml"))
        {
            var xml = File.ReadAllText(file).Replace("ExtendedProperties", "Properties", StringComparison.Ordinal);
            if (file.EndsWith("handlerdata.xml", StringComparison.Ordinal) || !file.Contains("rules", StringComparison.Ordinal))
                yield return $"<Update>{(xml.Contains("<LocalizedProperties", StringComparison.Ordinal) ? $"<LocalizedPropertiesCollection>{xml}</LocalizedPropertiesCollection>" : xml)}</Update>";
        }
    }

    private static string Told(XDocument document)
    {
        try
        {
            var revision = UpdateDocument.Read(document.ToString(SaveOptions.DisableFormatting));
            return JsonSerializer.Serialize(new { Revision = revision with { Rules = ApplicabilityRules.None, HandlerData = null }, Handler = (object?)revision.HandlerData });
        }
        catch (IntegrityException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Attributes and texts with their paths, and how to change them. Rules are left out.</summary>
    private static IEnumerable<(string Path, Action<string> Set, string Value)> Places(XDocument document) => Places(document.Root!, "");

    private static IEnumerable<(string Path, Action<string> Set, string Value)> Places(XElement element, string path)
    {
        foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
            yield return ($"{path}@{attribute.Name.LocalName}", value => attribute.Value = value, attribute.Value);
        if (!element.HasElements && element.Value.Length > 0)
            yield return ($"{path}#", value => element.Value = value, element.Value);
        foreach (var child in element.Elements())
        {
            if (path is "ApplicabilityRules/IsInstalled" or "ApplicabilityRules/IsSuperseded" or "ApplicabilityRules/IsInstallable") continue;
            if (path is "ApplicabilityRules/Metadata" && child.Name.LocalName != "WindowsDriverMetaData") continue;
            var below = path.Length == 0 ? child.Name.LocalName : $"{path}/{child.Name.LocalName}";
            foreach (var place in Places(child, below)) yield return place;
        }
    }
}
