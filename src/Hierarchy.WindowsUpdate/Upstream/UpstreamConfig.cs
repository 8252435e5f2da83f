namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What GetConfigData answers.</summary>
public sealed record UpstreamConfig
{
    /// <summary>The most ids that one GetUpdateData may have.</summary>
    public required int MaxUpdatesPerRequest { get; init; }

    /// <summary>The most ids that one GetUpdateDecryptionData may have; 0 when it was not said.</summary>
    public int MaxUpdatesPerDecryptionRequest { get; init; }

    /// <summary>Presented at the next call, it makes the answer short.</summary>
    public string? Anchor { get; init; }

    /// <summary>The version that the server speaks.</summary>
    public string? ProtocolVersion { get; init; }

    /// <summary>True when the upstream holds no content.</summary>
    public bool IsCatalogOnly { get; init; }

    /// <summary>True when the upstream fetches content only when it is needed.</summary>
    public bool IsLazy { get; init; }

    /// <summary>Short names of the languages whose content the upstream holds, e.g. `en`; empty in a short answer.</summary>
    public IReadOnlyList<string> EnabledLanguages { get; init; } = [];
}
