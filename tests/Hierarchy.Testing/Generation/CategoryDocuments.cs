using System.Xml;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>Makes the documents of classifications, companies, product families, products and detectoids.</summary>
public static class CategoryDocuments
{
    private const int Revision = 100;

    private static readonly DateTimeOffset Created = new(2005, 9, 22, 0, 5, 11, TimeSpan.Zero);

    /// <summary>All the known ones: fifteen classifications, one company, two families with their products, the processor detectoids.</summary>
    public static IReadOnlyList<SourceDocument> All() =>
    [
        .. KnownIds.Classifications.Keys.Select(Known),
        Known(KnownIds.Microsoft),
        Known(KnownIds.Windows),
        Known(KnownIds.Office),
        .. KnownIds.WindowsProducts.Keys.Select(Known),
        .. KnownIds.OfficeProducts.Keys.Select(Known),
        .. KnownIds.Processors.Keys.Select(Known),
    ];

    /// <summary>Whether the id is one of those that Microsoft gave and whose meaning is known here.</summary>
    public static bool IsKnown(Guid id) =>
        id == KnownIds.Microsoft || id == KnownIds.Windows || id == KnownIds.Office || KnownIds.Classifications.ContainsKey(id)
        || KnownIds.WindowsProducts.ContainsKey(id) || KnownIds.OfficeProducts.ContainsKey(id) || KnownIds.Processors.ContainsKey(id);

    /// <summary>The document of a known id.</summary>
    public static SourceDocument Known(Guid id)
    {
        if (id == KnownIds.Microsoft)
            return Category(id, "Microsoft", "Company", parent: null, Rules.True);
        if (id == KnownIds.Windows)
            return Family(id, "Windows");
        if (id == KnownIds.Office)
            return Family(id, "Office");
        if (KnownIds.Classifications.TryGetValue(id, out var classification))
            return Category(id, classification, "UpdateClassification", parent: null, Rules.True);
        if (KnownIds.WindowsProducts.TryGetValue(id, out var product))
            return Product(id, product, KnownIds.Windows, Rules.WindowsVersionAtLeast(id == KnownIds.Windows11 ? 10 : 5, 0));
        if (KnownIds.OfficeProducts.TryGetValue(id, out product))
            return Product(id, product, KnownIds.Office, Rules.RegKeyExists($@"SOFTWARE\Microsoft\Office\{product}\Common"));
        if (KnownIds.Processors.TryGetValue(id, out var processor))
            return Detectoid(id, processor.Title, Rules.Processor(processor.Architecture));
        throw new KeyNotFoundException($"{id} is no known category or detectoid.");
    }

    /// <summary>A product family of Microsoft's.</summary>
    public static SourceDocument Family(Guid id, string title) => Category(id, title, "ProductFamily", KnownIds.Microsoft, Rules.True);

    /// <summary>A product that every computer has.</summary>
    public static SourceDocument Product(Guid id, string title, Guid family) => Product(id, title, family, Rules.True);

    /// <summary>A detectoid that holds where the registry has a key of its own.</summary>
    public static SourceDocument Detectoid(Guid id, string title) => Detectoid(id, title, Rules.RegKeyExists($@"SOFTWARE\Simulated\Detectoids\{id:B}"));

    internal static SourceDocument Product(Guid id, string title, Guid family, Action<XmlWriter> rule) => Category(id, title, "Product", family, rule);

    internal static SourceDocument Detectoid(Guid id, string title, Action<XmlWriter> rule, params Guid[] prerequisites)
    {
        var builder = new DocumentBuilder(new RevisionKey(id, Revision), "Detectoid")
        {
            Created = Created,
            Properties = { ["ExplicitlyDeployable"] = "false", ["IsPublic"] = "false", ["DetectoidType"] = "Application Locale" },
            Texts = { new LocalizedText("en", title) },
            IsInstalled = rule,
        };
        if (prerequisites.Length != 0)
            builder.Prerequisites.Add(PrerequisiteGroup.All(prerequisites));
        return builder.Build();
    }

    private static SourceDocument Category(Guid id, string title, string type, Guid? parent, Action<XmlWriter> rule)
    {
        var holdsUpdates = type is "Product" or "UpdateClassification";
        var builder = new DocumentBuilder(new RevisionKey(id, Revision), "Category")
        {
            Created = Created,
            Publisher = "42f20e12-2856-447d-a8b2-68f06c2e9b45",
            Properties = { ["ExplicitlyDeployable"] = "false", ["IsPublic"] = "true", ["Handler"] = Names.Category },
            Texts = { new LocalizedText("en", title, title), new LocalizedText("de", title, title), new LocalizedText("ja", title, title) },
            IsInstalled = rule,
            HandlerData = HandlerData.Category(type, prohibitsSubcategories: holdsUpdates, prohibitsUpdates: !holdsUpdates),
        };
        if (parent is { } above)
            builder.Prerequisites.Add(PrerequisiteGroup.Category(above));
        return builder.Build();
    }
}
