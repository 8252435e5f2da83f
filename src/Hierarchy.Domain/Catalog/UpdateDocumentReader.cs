using System.Globalization;
using System.Xml;
using Hierarchy.Domain.Applicability;

namespace Hierarchy.Domain.Catalog;

/// <summary>Reads one update document in one pass, element order as it comes. What it does not know it passes over; the original keeps it.</summary>
internal sealed class UpdateDocumentReader(XmlReader reader)
{
    private readonly DocumentCursor _cursor = new(reader);
    private readonly RelationshipsReader _relationships = new();
    private readonly FilesReader _files = new();
    private readonly HandlerReader _handler = new();
    private readonly PropertiesReader _properties = new();
    private readonly TextsReader _texts = new();
    private RevisionId? _id;

    /// <summary>For messages: the id with a space behind it once it is known.</summary>
    public string Identity => _id is { } id ? $"{id} " : "";

    public UpdateRevision Read()
    {
        if (!_cursor.MoveToRoot() || reader.LocalName != "Update")
            throw new IntegrityException($"Not an update document: the root element is `{reader.Name}`, not `Update`.");

        var rules = ApplicabilityRules.None;
        while (_cursor.NextChild(parentDepth: 0))
        {
            switch (_cursor.Name)
            {
                case "UpdateIdentity":
                    ReadIdentity();
                    break;
                case "Properties":
                    Located("Properties", _properties.Read);
                    break;
                case "LocalizedPropertiesCollection":
                    Located("LocalizedPropertiesCollection", _texts.Read);
                    break;
                case "Relationships":
                    Located("Relationships", _relationships.Read);
                    break;
                case "ApplicabilityRules":
                    Located("ApplicabilityRules", cursor => rules = ApplicabilityRules.Read(cursor.ReadTree()));
                    break;
                case "Files":
                    Located("Files", _files.Read);
                    break;
                case "HandlerSpecificData":
                    Located("HandlerSpecificData", _handler.Read);
                    break;
                default:
                    _cursor.Skip();
                    break;
            }
        }

        // What follows the root must be nothing: a truncated or doubled document is not the document.
        while (reader.Read()) { }
        if (_id is not { } id) throw new IntegrityException("The update document has no UpdateIdentity.");
        return Build(id, rules);
    }

    private UpdateRevision Build(RevisionId id, ApplicabilityRules rules)
    {
        var handler = _properties.Handler ?? _handler.Namespace;
        return new UpdateRevision
        {
            Id = id,
            Type = _properties.Type,
            Texts = _texts.InOrder(_properties.DefaultLanguage, id),
            KnowledgeBaseArticles = _properties.KnowledgeBaseArticles,
            SecurityBulletins = _properties.SecurityBulletins,
            Cves = _properties.Cves,
            Severity = _properties.Severity,
            CreationDate = _properties.CreationDate,
            PublicationState = _properties.PublicationState,
            IsExplicitlyDeployable = _properties.IsExplicitlyDeployable,
            CanUninstall = _properties.HasUninstallation || _handler.HasUninstallCommand,
            Installation = _properties.Installation,
            EulaId = _properties.EulaId,
            Languages = _properties.Languages,
            Categories = _relationships.Categories(),
            CategoryType = _handler.CategoryType,
            Prerequisites = _relationships.Prerequisites,
            BundledUpdates = _relationships.BundledUpdates,
            SupersededUpdates = _relationships.SupersededUpdates,
            Files = _files.Files,
            Rules = rules,
            Handler = handler,
            CommandLine = _handler.CommandLine,
        };
    }

    private void ReadIdentity()
    {
        if (_id is not null) throw new IntegrityException($"The update document {Identity}has a second UpdateIdentity.");
        if (!Guid.TryParse(_cursor.Attribute("UpdateID"), out var update))
            throw new IntegrityException($"The update document's UpdateID `{_cursor.Attribute("UpdateID")}` is not a GUID.");
        if (!int.TryParse(_cursor.Attribute("RevisionNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new IntegrityException($"The RevisionNumber `{_cursor.Attribute("RevisionNumber")}` of update document {update} is not a number.");
        _id = new RevisionId(update, number);
        _cursor.Skip();
    }

    /// <summary>Names the document and the section in whatever goes wrong inside it.</summary>
    private void Located(string section, Action<DocumentCursor> read)
    {
        try
        {
            read(_cursor);
        }
        catch (IntegrityException exception)
        {
            throw new IntegrityException($"The update document {Identity}cannot be understood at {section}: {exception.Message}", exception);
        }
    }
}
