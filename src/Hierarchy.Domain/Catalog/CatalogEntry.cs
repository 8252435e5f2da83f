namespace Hierarchy.Domain.Catalog;

/// <summary>What a server keeps in memory of a revision: enough to list it, decide about it and transfer its files. The document stays in the log.</summary>
public sealed record CatalogEntry
{
    /// <summary>The short number ([MS-WUSP] RevisionID): the same on every server, never reused.</summary>
    public required int RevisionId { get; init; }

    /// <summary>The update and its revision.</summary>
    public required RevisionId Id { get; init; }

    /// <summary>Where its record stands in the log.</summary>
    public required long Sequence { get; init; }

    /// <summary>What it is.</summary>
    public required UpdateType Type { get; init; }

    /// <summary>The title in the document's default language.</summary>
    public required string Title { get; init; }

    /// <summary>SHA-256 of the document's XML as UTF-8.</summary>
    public required ReadOnlyMemory<byte> DocumentDigest { get; init; }

    /// <summary>KB article numbers without the prefix.</summary>
    public IReadOnlyList<string> KnowledgeBaseArticles { get; init; } = [];

    /// <summary>Security bulletins, e.g. `MS08-067`.</summary>
    public IReadOnlyList<string> SecurityBulletins { get; init; } = [];

    /// <summary>CVE identifiers, where the document names them.</summary>
    public IReadOnlyList<string> Cves { get; init; } = [];

    /// <summary>As the document writes it; null for none.</summary>
    public string? Severity { get; init; }

    /// <summary>Classification and products.</summary>
    public IReadOnlyList<Guid> Categories { get; init; } = [];

    /// <summary>For categories their kind, e.g. `Product`; else null.</summary>
    public string? CategoryType { get; init; }

    /// <summary>Conjunctive normal form.</summary>
    public IReadOnlyList<Prerequisite> Prerequisites { get; init; } = [];

    /// <summary>Conjunctive normal form.</summary>
    public IReadOnlyList<BundleGroup> BundledUpdates { get; init; } = [];

    /// <summary>Superseded updates.</summary>
    public IReadOnlyList<Guid> SupersededUpdates { get; init; } = [];

    /// <summary>When the root took this revision; null where its record does not say.</summary>
    public DateTimeOffset? ArrivedAt { get; init; }

    /// <summary>Files to download.</summary>
    public IReadOnlyList<CatalogFile> Files { get; init; } = [];

    /// <summary>Published or withdrawn.</summary>
    public PublicationState PublicationState { get; init; }

    /// <summary>An administrator may approve it by itself.</summary>
    public bool IsExplicitlyDeployable { get; init; }

    /// <summary>It can be uninstalled.</summary>
    public bool CanUninstall { get; init; }

    /// <summary>Installing may ask the user something: takes no deadline.</summary>
    public bool CanRequestUserInput { get; init; }

    /// <summary>The licence to accept; null for none.</summary>
    public Guid? EulaId { get; init; }

    /// <summary>The texts of the licence, a file for each language; its one language stands in <see cref="CatalogFile.Languages"/>, none for what names no language.</summary>
    public IReadOnlyList<CatalogFile> EulaFiles { get; init; } = [];
}
