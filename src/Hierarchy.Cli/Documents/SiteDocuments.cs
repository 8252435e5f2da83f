using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Sites;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>All sites.</summary>
internal sealed record SiteListDocument(IReadOnlyList<SiteBody> Sites);

/// <summary>A site that is durable.</summary>
internal sealed record SiteAddedDocument(SiteBody Site, PositionDocument? Position);

/// <summary>A site with other subnets.</summary>
internal sealed record SiteSetDocument(SiteBody Site, bool Changed, PositionDocument? Position);

/// <summary>A site that is gone.</summary>
internal sealed record SiteRemovedDocument(string Name, PositionDocument? Position, int LinksRemoved);

/// <summary>A site and what uses it.</summary>
internal sealed record SiteDocument(SiteBody Site, IReadOnlyList<string> Servers, IReadOnlyList<SiteLinkBody> Links, bool IsDefault);

/// <summary>The site of clients outside every subnet; null for none.</summary>
internal sealed record DefaultSiteDocument(string? DefaultSite, bool Changed, PositionDocument? Position);

/// <summary>All links.</summary>
internal sealed record SiteLinkListDocument(IReadOnlyList<SiteLinkBody> Links);

/// <summary>A link as it is now; one that was removed, as it was.</summary>
internal sealed record SiteLinkDocument(SiteLinkBody Link, bool Changed, PositionDocument? Position);

/// <summary>Why a client is told of which servers.</summary>
internal sealed record AddressDocument(
    string Address, string? Site, bool ByDefault, IReadOnlyList<MatchedSubnetBody> Subnets, IReadOnlyList<ExplainedServerBody> Servers, int MoreServers);

/// <summary>What a table changed, or would change.</summary>
internal sealed record NetworkImportedDocument(
    bool WhatIf, int SitesAdded, int SitesChanged, int SitesUnchanged, int SubnetsAdded, int LinksAdded, int LinksChanged, int LinksUnchanged, PositionDocument? Position);

/// <summary>A table that cannot be taken.</summary>
internal sealed record NetworkNotImportedDocument(ErrorBody Error, IReadOnlyList<ImportProblemBody> Problems);

/// <summary>A row that cannot be taken.</summary>
internal sealed record ImportProblemBody(string File, int Line, string Message);

/// <summary>A place with its own network.</summary>
internal sealed record SiteBody(string Name, IReadOnlyList<string> Subnets, string? TimeZone)
{
    public static SiteBody From(SiteRecord site) => new(site.Name, [.. site.Subnets], Wire.NullIfEmpty(site.TimeZone));
}

/// <summary>A link between two sites; rates in bytes per second, null: as much as it carries, 0: closed.</summary>
internal sealed record SiteLinkBody(string From, string To, int Cost, IReadOnlyList<BandwidthWindowBody> Windows, long? DefaultRate)
{
    public static SiteLinkBody Of(SiteLinkRecord link) => new(
        link.From, link.To, link.Cost, [.. (link.Schedule?.Windows ?? []).Select(BandwidthWindowBody.Of)], link.Schedule is { HasDefaultRate: true } schedule ? schedule.DefaultRate : null);
}

/// <summary>A time of the week.</summary>
internal sealed record BandwidthWindowBody(string Days, string From, string To, long? BytesPerSecond)
{
    public static BandwidthWindowBody Of(BandwidthWindow window) => new(
        ScheduleText.DaysOf(window.Days), ScheduleText.Time(window.FromMinute), ScheduleText.Time(window.ToMinute), window.HasBytesPerSecond ? window.BytesPerSecond : null);
}

/// <summary>A subnet that holds an address.</summary>
internal sealed record MatchedSubnetBody(string Subnet, string Site);

/// <summary>A server, and why it stands where it stands.</summary>
internal sealed record ExplainedServerBody(
    string? ServerId, string Name, string? Site, string GrpcUrl, int? Cost, IReadOnlyList<SiteLinkBody> Path, string Health, double? Load, bool Busy, string Weight, bool IsRoot, string? LeftOut)
{
    public static ExplainedServerBody From(ExplainedServer server) => new(
        Wire.Guid(server.ServerId), server.Name, Wire.NullIfEmpty(server.Site), server.GrpcUrl, server.HasCost ? server.Cost : null, [.. server.Path.Select(SiteLinkBody.Of)], Wire.Name(server.Health),
        server.HasLoad ? Math.Round(server.Load, 3) : null, server.Busy, Wire.Hex(server.Weight), server.IsRoot, Wire.NullIfEmpty(server.LeftOut));
}
