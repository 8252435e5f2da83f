namespace Hierarchy.Content;

/// <summary>Where a server takes content from. Content only: metadata has a path of its own.</summary>
public enum ContentSource
{
    /// <summary>The parent server.</summary>
    Parent = 0,

    /// <summary>Microsoft Update, by the URL that the catalog gives.</summary>
    MicrosoftUpdate = 1,
}
