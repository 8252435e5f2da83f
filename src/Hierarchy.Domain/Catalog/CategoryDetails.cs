namespace Hierarchy.Domain.Catalog;

/// <summary>Handler data of a category: its kind, and how consoles offer it.</summary>
public sealed record CategoryDetails : HandlerData
{
    /// <summary>`Company`, `ProductFamily`, `Product` or `UpdateClassification`; null when the document says none.</summary>
    public string? Type { get; init; }

    /// <summary>No category may name it as its parent.</summary>
    public bool ProhibitsSubcategories { get; init; }

    /// <summary>No update belongs to it directly: it cannot be chosen by itself.</summary>
    public bool ProhibitsUpdates { get; init; }

    /// <summary>Choosing everything above it does not choose it.</summary>
    public bool IsExcludedByDefault { get; init; }

    /// <summary>Where it stands among its siblings; null when the document says none.</summary>
    public int? DisplayOrder { get; init; }
}
