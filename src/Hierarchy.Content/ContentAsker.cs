namespace Hierarchy.Content;

/// <summary>Who asks for content; by its own word, so it counts and never authorises.</summary>
public enum ContentAsker
{
    /// <summary>Windows, Delivery Optimization, a browser.</summary>
    Client = 0,

    /// <summary>Hierarchy's agent.</summary>
    Agent = 1,

    /// <summary>A server of the tree.</summary>
    Server = 2,
}
