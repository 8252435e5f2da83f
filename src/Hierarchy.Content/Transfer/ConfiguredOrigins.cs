namespace Hierarchy.Content.Transfer;

/// <summary>The one origin that the options name: the parent server or Microsoft Update.</summary>
/// <param name="options">Which of the two, and where the parent is.</param>
/// <param name="parentUrl">The parent's content URL as learnt from the tree, asked for every attempt; it goes before the configured one. Null: only the configured one.</param>
public sealed class ConfiguredOrigins(ContentOptions options, Func<Uri?>? parentUrl = null) : IContentOrigins
{
    /// <inheritdoc/>
    public IReadOnlyList<ContentOrigin> For(ContentFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (options.Source == ContentSource.Parent)
            return (parentUrl?.Invoke() ?? options.ParentUrl) is { } parent ? [new ContentOrigin(ContentPath.UrlFor(parent, file), ContentOriginKind.Parent)] : [];

        // The catalog's text comes from the upstream: nothing but a web address is followed.
        return Uri.TryCreate(file.MicrosoftUpdateUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? [new ContentOrigin(url, ContentOriginKind.MicrosoftUpdate)]
            : [];
    }
}
