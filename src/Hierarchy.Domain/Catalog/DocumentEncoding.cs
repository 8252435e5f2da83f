namespace Hierarchy.Domain.Catalog;

/// <summary>How a stored document is encoded; the numbers of the catalog contract.</summary>
public enum DocumentEncoding
{
    /// <summary>Never written.</summary>
    Unspecified = 0,

    /// <summary>Not at all.</summary>
    Identity = 1,

    /// <summary>Brotli (RFC 7932).</summary>
    Brotli = 2,
}
