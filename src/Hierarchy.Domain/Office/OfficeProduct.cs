namespace Hierarchy.Domain.Office;

/// <summary>A product of the Office family in the catalog.</summary>
/// <param name="Line">The generation that its updates are for.</param>
/// <param name="Version">Which one, where the line holds several; else empty.</param>
public readonly record struct OfficeProduct(OfficeProductLine Line, string Version)
{
    /// <summary>The family `Office`, to which every product of it belongs.</summary>
    public static readonly Guid Family = new("477b856e-65c4-4473-b621-a8b230bb70d9");

    private static readonly Dictionary<Guid, OfficeProduct> Known = new()
    {
        [new Guid("6248b8b1-ffeb-dbd9-887a-2acf53b09dfe")] = new(OfficeProductLine.Xp2002, ""),
        [new Guid("1403f223-a63f-f572-82ba-c92391218055")] = new(OfficeProductLine.Office2003, ""),
        [new Guid("041e4f9f-3a3d-4f58-8b2f-5e6fe95c4591")] = new(OfficeProductLine.Office2007, ""),
        [new Guid("84f5f325-30d7-41c4-81d1-87a0e6535b66")] = new(OfficeProductLine.Later, "2010"),
        [new Guid("704a0a4a-518f-4d69-9e03-10ba44198bd5")] = new(OfficeProductLine.Later, "2013"),
        [new Guid("25aed893-7c2d-4a31-ae22-28ff8ac150ed")] = new(OfficeProductLine.Later, "2016"),
    };

    /// <summary>
    /// The generations that an update is for, by the products that its document names; none for what is no update of Office. Other products of the family (a runtime, a viewer) have none of these rules;
    /// a document that names the family itself is for every generation.
    /// </summary>
    public static IReadOnlyList<OfficeProduct> Of(IEnumerable<Guid> categories)
    {
        ArgumentNullException.ThrowIfNull(categories);
        List<OfficeProduct>? products = null;
        foreach (var category in categories)
        {
            if (category == Family) return [.. Known.Values];
            if (Known.TryGetValue(category, out var product)) (products ??= []).Add(product);
        }

        return products is null ? [] : products;
    }

    /// <summary>True when its updates are meant for this copy. Click-to-Run began with 2010, and bears the name of what it streams.</summary>
    public bool IsOf(OfficeInstallation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        if (installation.Line == OfficeProductLine.ClickToRun) return Line == OfficeProductLine.Later;
        return installation.Line == Line && (Version.Length == 0 || installation.Version.Length == 0 || string.Equals(Version, installation.Version, StringComparison.OrdinalIgnoreCase));
    }
}
