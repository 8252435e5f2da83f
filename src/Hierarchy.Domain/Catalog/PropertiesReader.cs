namespace Hierarchy.Domain.Catalog;

/// <summary>The Properties element: what kind of update it is and what installing it asks.</summary>
internal sealed class PropertiesReader
{
    private readonly List<string> _articles = [];
    private readonly List<string> _bulletins = [];
    private readonly List<string> _cves = [];
    private readonly List<string> _languages = [];

    public UpdateType Type { get; private set; }
    public string? DefaultLanguage { get; private set; }
    public string? Handler { get; private set; }
    public string? Severity { get; private set; }
    public DateTimeOffset? CreationDate { get; private set; }
    public PublicationState PublicationState { get; private set; }
    public bool IsExplicitlyDeployable { get; private set; }
    public bool HasUninstallation { get; private set; }
    public Guid? EulaId { get; private set; }
    public InstallationBehavior Installation { get; private set; } = InstallationBehavior.Default;
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
                    HasUninstallation = true;
                    cursor.Skip();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }
    }

    private void ReadAttributes(DocumentCursor cursor)
    {
        Type = cursor.Attribute("UpdateType") switch
        {
            "Software" => UpdateType.Software,
            "Driver" => UpdateType.Driver,
            "Detectoid" => UpdateType.Detectoid,
            "Category" => UpdateType.Category,
            _ => UpdateType.Unknown,
        };
        PublicationState = cursor.Attribute("PublicationState") switch
        {
            null or "Published" => PublicationState.Published,
            "Expired" => PublicationState.Expired,
            var other => throw DocumentValues.Meaningless("PublicationState", other, "Published or Expired"),
        };
        DefaultLanguage = cursor.Attribute("DefaultPropertiesLanguage");
        Handler = cursor.Attribute("Handler");
        Severity = cursor.Attribute("MsrcSeverity");
        CreationDate = DocumentValues.Time("CreationDate", cursor.Attribute("CreationDate"));
        IsExplicitlyDeployable = DocumentValues.Boolean("ExplicitlyDeployable", cursor.Attribute("ExplicitlyDeployable"), absent: false);
        EulaId = cursor.Attribute("EulaID") is { } eula ? DocumentValues.Guid("EulaID", eula) : null;
    }

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
