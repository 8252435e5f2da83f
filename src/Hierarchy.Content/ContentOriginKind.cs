namespace Hierarchy.Content;

/// <summary>What kind of place content comes from.</summary>
public enum ContentOriginKind
{
    /// <summary>The parent server.</summary>
    Parent = 0,

    /// <summary>A server of the same site.</summary>
    Sibling = 1,

    /// <summary>Microsoft Update.</summary>
    MicrosoftUpdate = 2,
}
