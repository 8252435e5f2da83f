using System.Globalization;
using System.Xml;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>
/// One group of generated documents: what its documents have in common, and what all kinds of group need. Every choice follows from the group's own seed,
/// so a group can be made by any thread at any time, again and again.
/// </summary>
internal sealed class UpdateGroup(ulong seed, UpdateGroupKind kind, int size, IReadOnlyList<Guid> detectoids)
{
    private const int Revision = 200;

    private static readonly DateTimeOffset Beginning = new(2015, 1, 13, 18, 0, 0, TimeSpan.Zero);

    private readonly Picks _picks = new(Picks.Mix(seed, 0x6702));

    public UpdateGroupKind Kind => kind;

    /// <summary>How many documents the group has.</summary>
    public int Size => size;

    public Picks Picks => _picks;

    public DateTimeOffset Created { get; } = Beginning.AddHours(seed % 90_000);

    /// <summary>The identity of the n-th document of the group.</summary>
    public RevisionKey Key(int index) => new(IdOf(seed, index), Revision);

    /// <summary>The id that the n-th document of the group with that seed has.</summary>
    public static Guid IdOf(ulong seed, int index) => Picks.Id(seed, (ulong)index);

    public IReadOnlyList<SourceDocument> Make() => kind switch
    {
        UpdateGroupKind.Definitions => DefinitionUpdates.Make(this),
        UpdateGroupKind.Cumulative => CumulativeUpdates.Make(this),
        UpdateGroupKind.OfficePatch => OfficePatches.Make(this),
        UpdateGroupKind.Application => SingleUpdates.Application(this),
        UpdateGroupKind.FeatureUpgrade => FeatureUpgrades.Make(this),
        UpdateGroupKind.Drivers => DriverUpdates.Make(this),
        UpdateGroupKind.Detectoid => SingleUpdates.Detectoid(this),
        UpdateGroupKind.Tool => SingleUpdates.Tool(this),
        _ => SingleUpdates.Hotfix(this),
    };

    public DocumentBuilder Begin(int index, string updateType, string? handler = null, DateTimeOffset? created = null)
    {
        var builder = new DocumentBuilder(Key(index), updateType) { Created = created ?? Created };
        if (handler is not null)
            builder.Properties["Handler"] = handler;
        return builder;
    }

    /// <summary>Titles and descriptions in so many languages, English among them, with so many sentences each.</summary>
    public void AddTexts(DocumentBuilder builder, int languages, int sentences, string product, int article)
    {
        var name = $"KB{article}";
        var first = _picks.Between(1, Phrases.All.Count - 1);
        for (var i = 0; i < languages; i++)
        {
            var (language, title, phrases) = Phrases.All[i == 0 ? 0 : 1 + ((first + i) % (Phrases.All.Count - 1))];
            var description = string.Join(' ', Enumerable.Range(0, sentences).Select(n => Sentence(phrases, n, product, article)));
            builder.Texts.Add(new LocalizedText(
                language, Format(title, product, name), description, UninstallNotes: null, $"https://support.example/help/{article}"));
        }
    }

    /// <summary>The article, severity and bulletin that a visible update has, and whether it may restart the computer.</summary>
    public void AddSupport(DocumentBuilder builder, int article, bool mayRestart)
    {
        builder.Properties["ExplicitlyDeployable"] = "true";
        builder.Properties["AutoSelectOnWebSites"] = _picks.OneIn(2) ? "true" : "false";
        builder.Properties["IsPublic"] = "false";
        builder.Properties["IsBeta"] = _picks.OneIn(40) ? "true" : "false";
        if (!_picks.OneIn(4))
            builder.Properties["MsrcSeverity"] = _picks.From(["Critical", "Important", "Moderate", "Low", "Unspecified"]);
        var year = Created.Year - 2000;
        var bulletin = _picks.OneIn(3) ? string.Create(CultureInfo.InvariantCulture, $"MS{year:00}-{_picks.Between(1, 155):000}") : null;
        builder.PropertyElements += xml =>
        {
            xml.WriteElementString("upd", "SupportUrl", Names.Update, $"https://support.example/help/{article}");
            if (bulletin is not null)
                xml.WriteElementString("upd", "SecurityBulletinID", Names.Update, bulletin);
            xml.WriteElementString("upd", "KBArticleID", Names.Update, article.ToString(CultureInfo.InvariantCulture));
            Behavior(xml, "InstallationBehavior", mayRestart);
        };
    }

    /// <summary>Classification and product as visible updates name them, with detectoids; about one in two hundred names a prerequisite that nobody has.</summary>
    public void AddPrerequisites(DocumentBuilder builder, Guid classification, Guid product)
    {
        if (!_picks.OneIn(3))
            builder.Prerequisites.Add(PrerequisiteGroup.All(KnownIds.X64));
        if (detectoids.Count != 0 && _picks.OneIn(3))
            builder.Prerequisites.Add(PrerequisiteGroup.All(_picks.From(detectoids)));
        if (detectoids.Count > 1 && _picks.OneIn(6))
            builder.Prerequisites.Add(PrerequisiteGroup.AnyOf(_picks.From(detectoids), _picks.From(detectoids)));
        if (_picks.OneIn(200))
            builder.Prerequisites.Add(PrerequisiteGroup.All(_picks.Guid()));
        builder.Prerequisites.Add(PrerequisiteGroup.Category(classification));
        builder.Prerequisites.Add(PrerequisiteGroup.Category(product));
    }

    /// <summary>Adds a file of a few kilobytes whose bytes can be fetched, and its size to what the download takes.</summary>
    public BuiltFile AddFile(DocumentBuilder builder, string name, string? patchingType = "SelfContained", bool isEncrypted = false)
    {
        var file = new BuiltFile(GeneratedFiles.Create(name, _picks.Next(), _picks.OneIn(10) ? _picks.Between(20_000, 120_000) : _picks.Between(500, 8_000)))
        {
            PatchingType = patchingType,
            IsEncrypted = isEncrypted,
        };
        builder.Files.Add(file);
        builder.Properties["MaxDownloadSize"] = builder.Files.Sum(added => added.File.Length).ToString(CultureInfo.InvariantCulture);
        builder.Properties["MinDownloadSize"] = "0";
        return file;
    }

    /// <summary>Gives the update a licence, with its text in a few languages.</summary>
    public void AddEula(DocumentBuilder builder)
    {
        builder.Properties["EulaID"] = _picks.Guid().ToString("D");
        foreach (var language in new[] { "en", "de", "ja" }.Take(_picks.Between(1, 3)))
        {
            var text = GeneratedFiles.Create($"eula_{language}.txt", _picks.Next(), _picks.Between(500, 3_000));
            builder.Files.Add(new BuiltFile(text) { EulaLanguage = language });
        }
    }

    /// <summary>Compares so many files of Windows with versions, as updates of earlier systems do.</summary>
    public IEnumerable<Action<XmlWriter>> FileRules(int count, string comparison) => Enumerable.Range(0, count).Select(_ => Rules.FileVersion(
        $@"system32\{_picks.From(FileStems)}{_picks.Between(1, 999)}.dll", comparison, _picks.Version(_picks.Between(5, 10)), csidl: 36)).ToArray();

    public int NewArticle() => _picks.Between(800_000, 5_999_999);

    private static readonly string[] FileStems = ["kernel", "ntdll", "gdi", "mshtml", "winspool", "srv", "tcpip", "rpcrt", "schannel", "msxml", "ole", "shell", "crypt", "jscript", "quartz"];

    private static void Behavior(XmlWriter xml, string name, bool mayRestart)
    {
        xml.WriteStartElement("upd", name, Names.Update);
        xml.WriteAttributeString("RebootBehavior", mayRestart ? "CanRequestReboot" : "NeverReboots");
        xml.WriteAttributeString("Impact", "Normal");
        xml.WriteEndElement();
    }

    private static string Sentence(string[] phrases, int number, string product, int article)
    {
        var sentence = Format(phrases[number % phrases.Length], product, string.Empty);
        return number < phrases.Length ? sentence : $"{sentence} [{article}-{(article * 31L * (number + 7)) % 9973}]";
    }

    private static string Format(string template, string product, string article) =>
        template.Replace("{0}", product, StringComparison.Ordinal).Replace("{1}", article, StringComparison.Ordinal);
}
