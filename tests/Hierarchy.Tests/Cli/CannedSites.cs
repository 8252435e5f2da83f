using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server that knows a small network, for the tests of the command line alone.</summary>
internal sealed class CannedSites : SiteService.SiteServiceBase
{
    /// <summary>The last request.</summary>
    public IMessage? Request { get; private set; }

    /// <summary>Rows that an import is refused for.</summary>
    public List<ImportProblem> Problems { get; } = [];

    public override Task<ShowSiteResponse> ShowSite(ShowSiteRequest request, ServerCallContext context)
        => Answer(request, new ShowSiteResponse { Site = Site(), Servers = { "replica-a", "replica-b" }, Links = { Link(50, Office()) }, IsDefault = true });

    public override Task<SetSiteResponse> SetSite(SetSiteRequest request, ServerCallContext context) => Answer(request, new SetSiteResponse { Site = Site(), Changed = true, Position = At(14) });

    public override Task<ExplainAddressResponse> ExplainAddress(ExplainAddressRequest request, ServerCallContext context) => Answer(request, new ExplainAddressResponse
    {
        Address = request.Address,
        Site = "branch-a",
        Subnets = { new MatchedSubnet { Subnet = "10.1.2.0/24", Site = "branch-a" }, new MatchedSubnet { Subnet = "10.0.0.0/8", Site = "headquarters" } },
        Servers =
        {
            new ExplainedServer { ServerId = Id(20), Name = "replica-a", Site = "branch-a", GrpcUrl = "http://10.1.0.5:8532", Cost = 0, Health = ServerHealth.Healthy, Load = 0.25, Weight = 0xFEDCBA9876543210 },
            new ExplainedServer { ServerId = Id(21), Name = "replica-b", Site = "branch-b", GrpcUrl = "http://10.2.0.5:8532", Cost = 50, Path = { Link(50, null) }, Health = ServerHealth.Degraded, Load = 0.95, Busy = true, Weight = 7 },
            new ExplainedServer { ServerId = Id(22), Name = "root", GrpcUrl = "http://10.0.0.5:8532", Health = ServerHealth.Healthy, Weight = 9, IsRoot = true },
            new ExplainedServer { ServerId = Id(23), Name = "lab", Site = "lab", GrpcUrl = "http://10.9.0.5:8532", Health = ServerHealth.Unavailable, Weight = 8, LeftOut = "It serves the decisions of lab, and these clients those of the root." },
        },
        MoreServers = 2,
    });

    public override Task<ImportNetworkResponse> ImportNetwork(ImportNetworkRequest request, ServerCallContext context)
    {
        var response = new ImportNetworkResponse { SitesAdded = 2, SitesChanged = 1, SubnetsAdded = 3, LinksAdded = 1, LinksUnchanged = 1, Position = request.WhatIf ? null : At(15) };
        response.Problems.Add(Problems);
        return Answer(request, response);
    }

    public override Task<ListSiteLinksResponse> ListSiteLinks(ListSiteLinksRequest request, ServerCallContext context) => Answer(request, new ListSiteLinksResponse { Links = { Link(50, Office()), Link(7, null) } });

    public override Task<SetSiteLinkResponse> SetSiteLink(SetSiteLinkRequest request, ServerCallContext context)
        => Answer(request, new SetSiteLinkResponse { Link = Link(request.Cost, request.Schedule), Changed = true, Position = At(16) });

    public override Task<RemoveSiteLinkResponse> RemoveSiteLink(RemoveSiteLinkRequest request, ServerCallContext context) => Answer(request, new RemoveSiteLinkResponse { Link = Link(50, null), Position = At(17) });

    public override Task<GetDefaultSiteResponse> GetDefaultSite(GetDefaultSiteRequest request, ServerCallContext context) => Answer(request, new GetDefaultSiteResponse());

    public override Task<SetDefaultSiteResponse> SetDefaultSite(SetDefaultSiteRequest request, ServerCallContext context)
        => Answer(request, new SetDefaultSiteResponse { Name = request.Name, Changed = true, Position = At(18) });

    private Task<T> Answer<T>(IMessage request, T answer)
    {
        Request = request;
        return Task.FromResult(answer);
    }

    private static SiteRecord Site() => new() { Name = "branch-a", Subnets = { "10.1.0.0/16", "10.3.0.0/16" } };

    private static SiteLinkRecord Link(int cost, BandwidthSchedule? schedule) => new() { From = "branch-a", To = "branch-b", Cost = cost, Schedule = schedule };

    private static BandwidthSchedule Office() => new()
    {
        Windows = { new BandwidthWindow { Days = 31, FromMinute = 480, ToMinute = 1080, BytesPerSecond = 500_000 }, new BandwidthWindow { Days = 96, FromMinute = 0, ToMinute = 1440 } },
        DefaultRate = 0,
    };

    private static Position At(long sequence) => new() { LogId = Id(0xA0), Epoch = 2, EpochId = Id(0xE0), Sequence = sequence };

    private static ByteString Id(byte last) => ByteString.CopyFrom(new Guid(1, 2, 3, 4, 5, 6, 7, 0, 0, 0, last).ToByteArray(bigEndian: true));
}
