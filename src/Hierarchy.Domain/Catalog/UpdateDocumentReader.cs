using System.Globalization;
using System.Xml;
using Hierarchy.Domain.Applicability;

namespace Hierarchy.Domain.Catalog;

/// <summary>Reads one update document in one pass, element order as it comes. What it does not know it passes over; the original keeps it.</summary>
internal sealed class UpdateDocumentReader
{
    private readonly XmlReader _reader;
    private readonly bool _withRules;
    private readonly DocumentCursor _cursor;
    private readonly RelationshipsReader _relationships = new();
    private readonly FilesReader _files = new();
    private readonly HandlerReader _handler = new();
    private readonly PropertiesReader _properties = new();
    private readonly TextsReader _texts;
    private ApplicabilityRules _rules = ApplicabilityRules.None;
    private IReadOnlyList<DriverDevice> _drivers = [];
    private bool _isKnownNotToBeADriver;
    private RevisionId? _id;

    /// <summary>Without rules those of a driver are read all the same: they name its devices.</summary>
    public UpdateDocumentReader(XmlReader reader, bool withRules)
    {
        _withRules = withRules;
        _reader = reader;
        _cursor = new DocumentCursor(reader);
        _texts = new TextsReader(_files);
    }

    /// <summary>For messages: the id with a space behind it once it is known.</summary>
    public string Identity => _id is { } id ? $"{id} " : "";

    public UpdateRevision Read()
    {
        if (!_cursor.MoveToRoot() || _reader.LocalName != "Update")
            throw new IntegrityException($"Not an update document: the root element is `{_reader.Name}`, not `Update`.");

        while (_cursor.NextChild(parentDepth: 0))
        {
            switch (_cursor.Name)
            {
                case "UpdateIdentity":
                    ReadIdentity();
                    break;
                case "Properties":
                    Located("Properties", _properties.Read);
                    _isKnownNotToBeADriver = _properties.Type != UpdateType.Driver;
                    break;
                case "LocalizedPropertiesCollection":
                    Located("LocalizedPropertiesCollection", _texts.Read);
                    break;
                case "Relationships":
                    Located("Relationships", _relationships.Read);
                    break;
                case "ApplicabilityRules":
                    Located("ApplicabilityRules", ReadRules);
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
        while (_reader.Read()) { }
        if (_id is not { } id) throw new IntegrityException("The update document has no UpdateIdentity.");
        return Build(id);
    }

    private UpdateRevision Build(RevisionId id)
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
            CanUninstall = _properties.Uninstallation is not null || _handler.HasUninstallCommand,
            UninstallCommand = _handler.Uninstall,
            Installation = _properties.Installation,
            Uninstallation = _properties.Uninstallation,
            IsBeta = _properties.IsBeta,
            IsBrowseOnly = _properties.IsBrowseOnly,
            IsLocallyPublished = _properties.IsLocallyPublished,
            IsOsUpgrade = _properties.IsOsUpgrade,
            MinDownloadSize = _properties.MinDownloadSize,
            MaxDownloadSize = _properties.MaxDownloadSize,
            CompatibleProtocolVersion = _properties.CompatibleProtocolVersion,
            MoreInfoUrl = _properties.MoreInfoUrl,
            SupportUrl = _properties.SupportUrl,
            EulaId = _properties.EulaId,
            EulaFiles = _files.EulaFiles,
            SecuredFragments = _properties.SecuredFragments,
            Languages = _properties.Languages,
            Categories = _relationships.Categories(),
            CategoryType = (_handler.Data as CategoryDetails)?.Type,
            Prerequisites = _relationships.Prerequisites,
            BundledUpdates = _relationships.BundledUpdates,
            SupersededUpdates = _relationships.SupersededUpdates,
            Files = _files.Files,
            Rules = _rules,
            Drivers = _drivers,
            Handler = handler,
            HandlerData = _handler.Data,
        };
    }

    private void ReadRules(DocumentCursor cursor)
    {
        if (!_withRules && _isKnownNotToBeADriver)
        {
            ApplicabilityRules.PassOver(cursor);
            return;
        }

        var tree = cursor.ReadTree();
        if (_withRules) _rules = ApplicabilityRules.Read(tree);
        if (DriversReader.Read(tree) is { Count: > 0 } drivers) _drivers = drivers;
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
