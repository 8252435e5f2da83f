namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>
/// What the upstream has answered completely and what was stored of it completely. The anchor of updates holds for the products and
/// classifications that were named then: of one chosen later everything is asked for once.
/// </summary>
public sealed record SyncAnchors
{
    /// <summary>Before the first synchronization, and after the upstream's database became another.</summary>
    public static SyncAnchors None { get; } = new();

    /// <summary>Of GetConfigData.</summary>
    public string? Config { get; init; }

    /// <summary>Of the categories and detectoids.</summary>
    public string? Categories { get; init; }

    /// <summary>Of the updates.</summary>
    public string? Updates { get; init; }

    /// <summary>The products that <see cref="Updates"/> holds for.</summary>
    public IReadOnlySet<Guid> Products { get; init; } = new HashSet<Guid>();

    /// <summary>The classifications that <see cref="Updates"/> holds for.</summary>
    public IReadOnlySet<Guid> Classifications { get; init; } = new HashSet<Guid>();
}
