namespace Hierarchy.Domain.Catalog;

/// <summary>The Properties element: what kind of update it is and what installing it asks.</summary>
internal sealed class PropertiesReader
{
    private readonly List<string> _articles = [];
    private readonly List<string> _bulletins = [];
    private readonly List<string> _cves = [];
    private readonly List<string> _languages = [];
    private readonly List<string> _securedFragments = [];

    public UpdateType Type { get; private set; }
    public string? DefaultLanguage { get; private set; }
    public string? Handler { get; private set; }
    public string? Severity { get; private set; }
    public DateTimeOffset? CreationDate { get; private set; }
    public PublicationState PublicationState { get; private set; }
    public bool IsExplicitlyDeployable { get; private set; }
    public bool IsBeta { get; private set; }
    public bool IsBrowseOnly { get; private set; }
    public bool IsLocallyPublished { get; private set; }
    public bool IsOsUpgrade { get; private set; }
    public long? MinDownloadSize { get; private set; }
    public long? MaxDownloadSize { get; private set; }
    public string? CompatibleProtocolVersion { get; private set; }
    public string? MoreInfoUrl { get; private set; }
    public string? SupportUrl { get; private set; }
    public Guid? EulaId { get; private set; }
    public InstallationBehavior Installation { get; private set; } = InstallationBehavior.Default;
    public InstallationBehavior? Uninstallation { get; private set; }
    public IReadOnlyList<string> SecuredFragments => _securedFragments;
    public IReadOnlyList<string> KnowledgeBaseArticles => _articles;
    public IReadOnlyList<string> SecurityBulletins => _bulletins;
    public IReadOnlyList<string> Cves => _cves;
    public IReadOnlyList<string> Languages => _languages;

    public void Read(DocumentCursor cursor)
    {
        var depth = cursor.Reader.Depth;
        ReadAttributes(cursor);
        while (cursor.NextChild(depth))
        {
            switch (cursor.Name)
            {
                case "KBArticleID":
                    Add(_articles, WithoutPrefix(cursor.ReadText()));
                    break;
                case "SecurityBulletinID":
                    Add(_bulletins, cursor.ReadText());
                    break;
                case "CveID" or "CVEID":
                    Add(_cves, cursor.ReadText());
                    break;
                case "Language":
                    Add(_languages, cursor.ReadText());
                    break;
                case "InstallationBehavior":
                    Installation = ReadBehavior(cursor);
                    break;
                case "UninstallationBehavior":
                    Uninstallation = ReadBehavior(cursor);
                    break;
                case "SecuredFragment":
                    Add(_securedFragments, cursor.ReadText());
                    break;
                case "MoreInfoUrl":
                    MoreInfoUrl = cursor.ReadTextOrNull();
                    break;
                case "SupportUrl":
                    SupportUrl = cursor.ReadTextOrNull();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }
    }

    private void ReadAttributes(DocumentCursor cursor)
    {
        // One pass: each name that would be asked for is a search among all of them.
        foreach (var (name, value) in cursor.Attributes())
        {
            switch (name)
            {
                case "UpdateType":
                    Type = ReadType(value);
                    break;
                case "PublicationState":
                    PublicationState = ReadState(value);
                    break;
                case "DefaultPropertiesLanguage":
                    DefaultLanguage = value;
                    break;
                case "Handler":
                    Handler = value;
                    break;
                case "MsrcSeverity":
                    Severity = value;
                    break;
                case "CreationDate":
                    CreationDate = DocumentValues.Time(name, value);
                    break;
                case "ExplicitlyDeployable":
                    IsExplicitlyDeployable = DocumentValues.Boolean(name, value, absent: false);
                    break;
                case "EulaID":
                    EulaId = DocumentValues.Guid(name, value);
                    break;
                case "IsBeta":
                    IsBeta = DocumentValues.Boolean(name, value, absent: false);
                    break;
                case "BrowseOnly":
                    IsBrowseOnly = DocumentValues.Boolean(name, value, absent: false);
                    break;
                case "IsLocallyPublished":
                    IsLocallyPublished = DocumentValues.Boolean(name, value, absent: false);
                    break;
                case "OSUpgrade":
                    // `swap` in every document seen; what it says of how is the client's.
                    IsOsUpgrade = value is not ("false" or "0" or "none");
                    break;
                case "MinDownloadSize":
                    MinDownloadSize = DocumentValues.Size(value);
                    break;
                case "MaxDownloadSize":
                    MaxDownloadSize = DocumentValues.Size(value);
                    break;
                case "CompatibleProtocolVersion":
                    CompatibleProtocolVersion = value;
                    break;
            }
        }
    }

    private static UpdateType ReadType(string value) => value switch
    {
        "Software" => UpdateType.Software,
        "Driver" => UpdateType.Driver,
        "Detectoid" => UpdateType.Detectoid,
        "Category" => UpdateType.Category,
        _ => UpdateType.Unknown,
    };

    private static PublicationState ReadState(string value) => value switch
    {
        "Published" => PublicationState.Published,
        "Expired" => PublicationState.Expired,
        _ => throw DocumentValues.Meaningless("PublicationState", value, "Published or Expired"),
    };

    private static InstallationBehavior ReadBehavior(DocumentCursor cursor)
    {
        var absent = InstallationBehavior.Default;
        var behavior = new InstallationBehavior(
            cursor.Attribute("Impact") ?? absent.Impact,
            cursor.Attribute("RebootBehavior") ?? absent.RebootBehavior,
            DocumentValues.Boolean("CanRequestUserInput", cursor.Attribute("CanRequestUserInput"), absent.CanRequestUserInput),
            DocumentValues.Boolean("RequiresNetworkConnectivity", cursor.Attribute("RequiresNetworkConnectivity"), absent.RequiresNetworkConnectivity));
        cursor.Skip();
        return behavior;
    }

    private static string WithoutPrefix(string article) =>
        article.StartsWith("KB", StringComparison.OrdinalIgnoreCase) ? article[2..].Trim() : article;

    private static void Add(List<string> list, string value)
    {
        if (value.Length == 0 || list.Contains(value)) return;
        if (list.Count == UpdateDocument.MaxShortList) throw new IntegrityException($"A list has more than {UpdateDocument.MaxShortList} entries.");
        list.Add(value);
    }
}
