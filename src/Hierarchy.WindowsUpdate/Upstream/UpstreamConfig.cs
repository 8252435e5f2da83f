namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>What GetConfigData answers.</summary>
public sealed record UpstreamConfig
{
    /// <summary>The most ids that one GetUpdateData may have.</summary>
    public required int MaxUpdatesPerRequest { get; init; }

    /// <summary>The most ids that one GetUpdateDecryptionData may have; 0 when it was not said.</summary>
    public int MaxUpdatesPerDecryptionRequest { get; init; }

    /// <summary>The most driver sets that one GetDriverSetData may name; 0 at a server that has none, which is what WSUS says.</summary>
    public int MaxDriverSetsPerRequest { get; init; }

    /// <summary>The most computers that one GetDriverIdList may name; 0 likewise.</summary>
    public int MaxComputerIdsPerRequest { get; init; }

    /// <summary>The most devices that one GetDriverIdList may name; 0 likewise.</summary>
    public int MaxHardwareIdsPerRequest { get; init; }

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
