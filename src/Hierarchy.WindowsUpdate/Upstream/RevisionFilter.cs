namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What GetRevisionIdList asks. Products and classifications must both be named, for one alone finds nothing; or neither, for everything.</summary>
public sealed record RevisionFilter
{
    /// <summary>Categories and detectoids; nothing else counts then but the anchor.</summary>
    public static RevisionFilter OfCategories(string? anchor) => new() { IsForCategories = true, Anchor = anchor };

    /// <summary>True for categories and detectoids, false for updates.</summary>
    public bool IsForCategories { get; init; }

    /// <summary>The anchor of the last complete answer; null for everything.</summary>
    public string? Anchor { get; init; }

    /// <summary>Products; true when only what changed since the anchor is wanted, false when everything is.</summary>
    public IReadOnlyList<(Guid Id, bool IsDelta)> Products { get; init; } = [];

    /// <summary>Classifications, likewise.</summary>
    public IReadOnlyList<(Guid Id, bool IsDelta)> Classifications { get; init; } = [];
}
