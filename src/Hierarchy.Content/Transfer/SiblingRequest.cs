using Microsoft.AspNetCore.Http;

namespace Hierarchy.Content.Transfer;

/// <summary>How a server asks another one of its site, in a header of its own. Who is asked so asks no sibling itself.</summary>
internal enum SiblingRequest
{
    /// <summary>No sibling asks.</summary>
    None,

    /// <summary>Only for what is stored; else 404.</summary>
    IfStored,

    /// <summary>For the file, which is to be fetched if need be; nobody waits for it yet.</summary>
    Ahead,

    /// <summary>For the file, which is to be fetched if need be; a client waits.</summary>
    OnDemand,
}

/// <summary>The header.</summary>
internal static class SiblingHeader
{
    public const string Name = "X-Hierarchy-Sibling";

    public static string Write(ContentOrigin origin, TransferPriority priority) =>
        origin.OnlyIfStored ? "stored" : priority == TransferPriority.OnDemand ? "on-demand" : "ahead";

    /// <summary>A value of a later version counts as the most modest one.</summary>
    public static SiblingRequest Read(IHeaderDictionary headers) => headers[Name].ToString() switch
    {
        "" => SiblingRequest.None,
        "ahead" => SiblingRequest.Ahead,
        "on-demand" => SiblingRequest.OnDemand,
        _ => SiblingRequest.IfStored,
    };
}
