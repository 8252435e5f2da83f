using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>All sites.</summary>
internal sealed record SiteListDocument(IReadOnlyList<SiteBody> Sites);

/// <summary>A site that is durable.</summary>
internal sealed record SiteAddedDocument(SiteBody Site, PositionDocument? Position);

/// <summary>A site that is gone.</summary>
internal sealed record SiteRemovedDocument(string Name, PositionDocument? Position);

/// <summary>A place with its own network.</summary>
internal sealed record SiteBody(string Name, IReadOnlyList<string> Subnets)
{
    public static SiteBody From(SiteRecord site) => new(site.Name, [.. site.Subnets]);
}
