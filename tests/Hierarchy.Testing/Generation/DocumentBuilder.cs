using System.Globalization;
using System.Text;
using System.Xml;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>
/// Builds one update document in the order and manner of Microsoft's: Properties, LocalizedPropertiesCollection, Relationships, ApplicabilityRules,
/// Files, HandlerSpecificData. Sections left empty are left out.
/// </summary>
internal sealed class DocumentBuilder(RevisionKey key, string updateType)
{
    private static readonly XmlWriterSettings Settings = new() { OmitXmlDeclaration = true, ConformanceLevel = ConformanceLevel.Document, CheckCharacters = false };

    public Dictionary<string, string> Properties { get; } = [];

    /// <summary>Writes elements inside Properties: SupportUrl, KBArticleID, InstallationBehavior, …</summary>
    public Action<XmlWriter>? PropertyElements { get; set; }

    public List<LocalizedText> Texts { get; } = [];

    public List<Guid> Superseded { get; } = [];

    public List<PrerequisiteGroup> Prerequisites { get; } = [];

    public List<RevisionKey> Bundled { get; } = [];

    /// <summary>Whether the bundle's children stand in one AtLeastOne group, as they do in definition updates, or bare.</summary>
    public bool GroupsBundled { get; set; }

    public Action<XmlWriter>? IsInstalled { get; set; }

    public Action<XmlWriter>? IsSuperseded { get; set; }

    public Action<XmlWriter>? IsInstallable { get; set; }

    public Action<XmlWriter>? Metadata { get; set; }

    public List<BuiltFile> Files { get; } = [];

    public Action<XmlWriter>? HandlerData { get; set; }

    public required DateTimeOffset Created { get; init; }

    public string Publisher { get; init; } = "395392a0-19c0-48b7-a927-f7c15066d905";

    public SourceDocument Build()
    {
        var text = new StringBuilder(8 * 1024);
        using (var xml = XmlWriter.Create(text, Settings))
            Write(xml);
        return new SourceDocument(text.ToString(), Summarize(), [.. Files.Select(file => file.File)]);
    }

    private DocumentSummary Summarize() => new()
    {
        Key = key,
        UpdateType = updateType,
        Categories = [.. Prerequisites.Where(group => group.IsCategory).SelectMany(group => group.Ids)],
        Prerequisites = [.. Prerequisites.Where(group => !group.IsCategory).SelectMany(group => group.Ids)],
        BundledUpdates = [.. Bundled],
        Files = [.. Files.Select(file => new DocumentFile(file.File.Sha1, file.File.FileName, file.IsEncrypted))],
    };

    private void Write(XmlWriter xml)
    {
        xml.WriteStartElement("upd", "Update", Names.Update);
        xml.WriteAttributeString("xmlns", "pub", null, Names.Publishing);
        xml.WriteAttributeString("xmlns", "upd", null, Names.Update);
        Start(xml, "UpdateIdentity");
        xml.WriteAttributeString("UpdateID", key.Id.ToString("D"));
        xml.WriteAttributeString("RevisionNumber", key.Revision.ToString(CultureInfo.InvariantCulture));
        xml.WriteEndElement();
        WriteProperties(xml);
        Start(xml, "LocalizedPropertiesCollection");
        foreach (var text in Texts)
            text.Write(xml);
        foreach (var licence in Files.Where(file => file.EulaLanguage is not null))
            licence.Write(xml, Created);
        xml.WriteEndElement();
        WriteRelationships(xml);
        WriteRules(xml);
        WriteFiles(xml);
        if (HandlerData is not null)
        {
            Start(xml, "HandlerSpecificData");
            HandlerData(xml);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private void WriteProperties(XmlWriter xml)
    {
        Start(xml, "Properties");
        xml.WriteAttributeString("DefaultPropertiesLanguage", "en");
        xml.WriteAttributeString("UpdateType", updateType);
        foreach (var (name, value) in Properties)
            xml.WriteAttributeString(name, value);
        xml.WriteAttributeString("PublicationState", "Published");
        xml.WriteAttributeString("CreationDate", Created.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        xml.WriteAttributeString("PublisherID", Publisher);
        PropertyElements?.Invoke(xml);
        xml.WriteFullEndElement();
    }

    private void WriteRelationships(XmlWriter xml)
    {
        if (Superseded.Count + Prerequisites.Count + Bundled.Count == 0)
            return;
        Start(xml, "Relationships");
        if (Superseded.Count != 0)
        {
            Start(xml, "SupersededUpdates");
            foreach (var id in Superseded)
                WriteIdentity(xml, id, revision: null);
            xml.WriteEndElement();
        }

        if (Prerequisites.Count != 0)
        {
            Start(xml, "Prerequisites");
            foreach (var group in Prerequisites)
                WriteGroup(xml, group);
            xml.WriteEndElement();
        }

        if (Bundled.Count != 0)
        {
            Start(xml, "BundledUpdates");
            if (GroupsBundled)
                Start(xml, "AtLeastOne");
            foreach (var child in Bundled)
                WriteIdentity(xml, child.Id, child.Revision);
            if (GroupsBundled)
                xml.WriteEndElement();
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteGroup(XmlWriter xml, PrerequisiteGroup group)
    {
        if (group.IsBare)
        {
            foreach (var id in group.Ids)
                WriteIdentity(xml, id, revision: null);
            return;
        }

        Start(xml, "AtLeastOne");
        if (group.IsCategory)
            xml.WriteAttributeString("IsCategory", "true");
        foreach (var id in group.Ids)
            WriteIdentity(xml, id, revision: null);
        xml.WriteEndElement();
    }

    private void WriteRules(XmlWriter xml)
    {
        if (IsInstalled is null && IsInstallable is null && Metadata is null)
            return;
        Start(xml, "ApplicabilityRules");
        WriteRule(xml, "IsInstalled", IsInstalled);
        WriteRule(xml, "IsSuperseded", IsSuperseded);
        WriteRule(xml, "IsInstallable", IsInstallable);
        WriteRule(xml, "Metadata", Metadata);
        xml.WriteEndElement();
    }

    private static void WriteRule(XmlWriter xml, string name, Action<XmlWriter>? rule)
    {
        if (rule is null)
            return;
        Start(xml, name);
        rule(xml);
        xml.WriteEndElement();
    }

    private void WriteFiles(XmlWriter xml)
    {
        if (Files.All(file => file.EulaLanguage is not null))
            return;
        Start(xml, "Files");
        foreach (var file in Files.Where(file => file.EulaLanguage is null))
            file.Write(xml, Created);
        xml.WriteEndElement();
    }

    private static void WriteIdentity(XmlWriter xml, Guid id, int? revision)
    {
        Start(xml, "UpdateIdentity");
        xml.WriteAttributeString("UpdateID", id.ToString("D"));
        if (revision is { } number)
            xml.WriteAttributeString("RevisionNumber", number.ToString(CultureInfo.InvariantCulture));
        xml.WriteEndElement();
    }

    private static void Start(XmlWriter xml, string name) => xml.WriteStartElement("upd", name, Names.Update);
}
