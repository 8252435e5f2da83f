namespace Hierarchy.Content.Transfer;

/// <summary>One place that a file can be fetched from.</summary>
/// <param name="Url">The file's own URL there.</param>
/// <param name="Kind">What kind of place it is.</param>
public sealed record ContentOrigin(Uri Url, ContentOriginKind Kind)
{
    /// <summary>As messages print it.</summary>
    public override string ToString() => Url.GetLeftPart(UriPartial.Path);
}
