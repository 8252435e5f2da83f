using Hierarchy.Domain.Sites;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Links between sites.</summary>
internal sealed class LinkAdministration(DecisionDesk desk)
{
    public ListSiteLinksResponse List()
    {
        var response = new ListSiteLinksResponse();
        response.Links.Add(desk.View.Links.Values.OrderBy(link => link.Key, StringComparer.Ordinal).Select(SiteRecords.Message));
        return response;
    }

    public async Task<SetSiteLinkResponse> SetAsync(SetSiteLinkRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        if (!Enum.IsDefined(request.Expect)) throw Refusal.Invalid("This server does not know what is expected of the link: it is older than the program that asks.");
        var schedule = request.Schedule is null ? null : SiteRecords.FromMessage(request.Schedule);
        var outcome = await desk.DecideAsync<SiteLink>(
            new DecisionIntent(request.Expect == LinkExpectation.New ? "sites links add" : "sites links set") { IsWhatIf = request.WhatIf },
            view =>
            {
                var (from, to) = (SiteAdministration.Require(view, request.From).Name, SiteAdministration.Require(view, request.To).Name);
                var known = view.Links.GetValueOrDefault(SiteLink.KeyOf(from, to));
                if (known is not null && request.Expect == LinkExpectation.New)
                    throw Refusal.Exists($"There is a link between '{known.From}' and '{known.To}' already, at cost {known.Cost}. `hierarchy sites links set {known.From} {known.To} --cost …` changes it.");
                if (known is null && request.Expect == LinkExpectation.Present)
                    throw Refusal.NotFound($"There is no link between '{from}' and '{to}'. `hierarchy sites links add {from} {to}` makes it.");
                var link = known ?? new SiteLink { From = from, To = to, Cost = SiteMap.UnlinkedCost };
                link = link with { Cost = request.Cost == 0 ? link.Cost : request.Cost, Schedule = schedule ?? link.Schedule };
                if (Fault(link) is { } fault) throw Refusal.Invalid(fault);
                return (link, link == known ? [] : [SiteRecords.Link(link)]);
            },
            cancellationToken);
        return new SetSiteLinkResponse { Link = SiteRecords.Message(outcome.Result), Changed = outcome.HasChanged, Position = outcome.Position?.ToProto(), Effects = outcome.Effects };
    }

    public async Task<RemoveSiteLinkResponse> RemoveAsync(RemoveSiteLinkRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var outcome = await desk.DecideAsync<SiteLink>(
            new DecisionIntent("sites links remove") { IsWhatIf = request.WhatIf },
            view =>
            {
                var link = view.Links.GetValueOrDefault(SiteLink.KeyOf(request.From.Trim(), request.To.Trim()))
                    ?? throw Refusal.NotFound($"There is no link between '{request.From.Trim()}' and '{request.To.Trim()}'. `hierarchy sites links list` lists them.");
                return (link, [SiteRecords.NoLink(link.From, link.To)]);
            },
            cancellationToken);
        return new RemoveSiteLinkResponse { Link = SiteRecords.Message(outcome.Result), Position = outcome.Position?.ToProto(), Effects = outcome.Effects };
    }

    /// <summary>What is wrong with a link; null when nothing is.</summary>
    public static string? Fault(SiteLink link) =>
        string.Equals(link.From, link.To, StringComparison.OrdinalIgnoreCase) ? $"A link joins two sites; '{link.From}' and '{link.To}' are one."
        : link.Cost is < 1 or > SiteLink.MaxCost ? $"A link costs 1 to {SiteLink.MaxCost}; {link.Cost} does not lie between."
        : link.Schedule.Windows.Count > BandwidthSchedule.MaxWindows ? $"A schedule has at most {BandwidthSchedule.MaxWindows} windows; this one has {link.Schedule.Windows.Count}."
        : link.Schedule.DefaultRate < 0 ? "A rate is 0 (closed) or more bytes per second."
        : link.Schedule.Windows.Select(window => window.Fault).FirstOrDefault(fault => fault is not null);
}
