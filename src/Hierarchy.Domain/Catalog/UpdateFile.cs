namespace Hierarchy.Domain.Catalog;

/// <summary>A file of an update. Its SHA-1 is its name on Microsoft's wire, its SHA-256 (where the document gives one) its name in our stores.</summary>
public sealed record UpdateFile
{
    private const string Express = "Express";

    /// <summary>The file's own name, e.g. `mpas-d.exe`. Never trusted as a path.</summary>
    public required string Name { get; init; }

    /// <summary>Length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>20 bytes.</summary>
    public required byte[] Sha1 { get; init; }

    /// <summary>32 bytes, or empty where the document has no AdditionalDigest of SHA256.</summary>
    public byte[] Sha256 { get; init; } = [];

    /// <summary>When the publisher changed it last, UTC.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>`SelfContained`, `Express`, …; null when the document says none.</summary>
    public string? PatchingType { get; init; }

    /// <summary>What an OSInstaller uses it for: `Metadata`, `ServicingStack`, …; null when the document says none.</summary>
    public string? PatchingTypePreferred { get; init; }

    /// <summary>True when it holds patches of which a client takes ranges: a client without express installation does without it.</summary>
    public bool IsExpress => string.Equals(PatchingType, Express, StringComparison.OrdinalIgnoreCase);

    /// <summary>True when a client needs a decryption key for it ([MS-WSUSSS] 3.1.1.1 IsEncrypted).</summary>
    public bool IsEncrypted { get; init; }
}
