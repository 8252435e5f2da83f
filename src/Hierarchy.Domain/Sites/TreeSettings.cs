namespace Hierarchy.Domain.Sites;

/// <summary>What holds for the whole tree.</summary>
public sealed record TreeSettings
{
    /// <summary>Nothing was decided.</summary>
    public static TreeSettings Default { get; } = new();

    /// <summary>The site of clients outside every subnet; empty for none.</summary>
    public string DefaultSite { get; init; } = "";

    /// <summary>Who says which groups a computer is in.</summary>
    public Groups.Targeting Targeting { get; init; } = Groups.Targeting.Either;
}
