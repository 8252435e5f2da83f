namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What a synchronization is doing.</summary>
public enum SyncPhase
{
    /// <summary>Obtaining a cookie.</summary>
    Authorizing = 0,

    /// <summary>Asking for the upstream's limits.</summary>
    Configuring,

    /// <summary>Asking which categories and detectoids there are.</summary>
    ListingCategories,

    /// <summary>Fetching the documents of categories and detectoids.</summary>
    FetchingCategories,

    /// <summary>Asking which updates match the filter.</summary>
    ListingUpdates,

    /// <summary>Fetching the documents of updates.</summary>
    FetchingUpdates,

    /// <summary>Fetching bundled updates that the filter does not match.</summary>
    FetchingBundled,

    /// <summary>Everything is stored.</summary>
    Done,

    /// <summary>Fetching updates that are followed by id, and what they need.</summary>
    FetchingImported,
}
