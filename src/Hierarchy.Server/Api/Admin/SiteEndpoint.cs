using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The administrators' door to the network.</summary>
internal sealed class SiteEndpoint(SiteAdministration sites, LinkAdministration links, NetworkImport import, AddressExplanation explanation) : SiteService.SiteServiceBase
{
    public override Task<ShowSiteResponse> ShowSite(ShowSiteRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(sites.Show(request));
    }

    public override Task<SetSiteResponse> SetSite(SetSiteRequest request, ServerCallContext context)
    {
        Guard(context);
        return sites.SetAsync(request, context.CancellationToken);
    }

    public override Task<ExplainAddressResponse> ExplainAddress(ExplainAddressRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(explanation.Explain(request));
    }

    public override Task<ImportNetworkResponse> ImportNetwork(ImportNetworkRequest request, ServerCallContext context)
    {
        Guard(context);
        return import.ImportAsync(request, context.CancellationToken);
    }

    public override Task<ListSiteLinksResponse> ListSiteLinks(ListSiteLinksRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(links.List());
    }

    public override Task<SetSiteLinkResponse> SetSiteLink(SetSiteLinkRequest request, ServerCallContext context)
    {
        Guard(context);
        return links.SetAsync(request, context.CancellationToken);
    }

    public override Task<RemoveSiteLinkResponse> RemoveSiteLink(RemoveSiteLinkRequest request, ServerCallContext context)
    {
        Guard(context);
        return links.RemoveAsync(request, context.CancellationToken);
    }

    public override Task<GetDefaultSiteResponse> GetDefaultSite(GetDefaultSiteRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(sites.GetDefault());
    }

    public override Task<SetDefaultSiteResponse> SetDefaultSite(SetDefaultSiteRequest request, ServerCallContext context)
    {
        Guard(context);
        return sites.SetDefaultAsync(request, context.CancellationToken);
    }
}
