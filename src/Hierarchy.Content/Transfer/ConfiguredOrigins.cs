namespace Hierarchy.Content.Transfer;

/// <summary>The one origin that is decided, or that the options name: the parent server or Microsoft Update.</summary>
/// <param name="options">Which of the two, and where the parent is.</param>
/// <param name="parentUrl">The parent's content URL as learnt from the tree, asked for every attempt; it goes before the configured one. Null: only the configured one.</param>
/// <param name="decided">What the tree says of this server, asked for every attempt; it goes before the options. Null, or a null answer: the options say.</param>
public sealed class ConfiguredOrigins(ContentOptions options, Func<Uri?>? parentUrl = null, Func<ContentSource?>? decided = null) : IContentOrigins
{
    /// <summary>Where content comes from at this moment.</summary>
    public ContentSource Source => decided?.Invoke() ?? options.Source;

    /// <inheritdoc/>
    public IReadOnlyList<ContentOrigin> For(ContentFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (Source == ContentSource.Parent)
            return (parentUrl?.Invoke() ?? options.ParentUrl) is { } parent ? [new ContentOrigin(ContentPath.UrlFor(parent, file), ContentOriginKind.Parent)] : [];

        // The catalog's text comes from the upstream: nothing but a web address is followed.
        return Uri.TryCreate(file.MicrosoftUpdateUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? [new ContentOrigin(url, ContentOriginKind.MicrosoftUpdate)]
            : [];
    }
}
