namespace Hierarchy.Content.Transfer;

/// <summary>One place that a file can be fetched from.</summary>
/// <param name="Url">The file's own URL there.</param>
/// <param name="Kind">What kind of place it is.</param>
public sealed record ContentOrigin(Uri Url, ContentOriginKind Kind)
{
    /// <summary>The server that it is; empty for what is none of the tree.</summary>
    public Guid ServerId { get; init; }

    /// <summary>The site that the server stands in; empty when it is not known, and for what is none of the tree.</summary>
    public string Site { get; init; } = "";

    /// <summary>A sibling that is asked only for what it has: it fetches nothing for the asker.</summary>
    public bool OnlyIfStored { get; init; }

    /// <summary>As messages print it.</summary>
    public override string ToString() => Url.GetLeftPart(UriPartial.Path);
}
