using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using UpdateType = Hierarchy.Protocol.Catalog.V1.UpdateType;

namespace Hierarchy.Cli.Updates;

/// <summary>The conditions of `updates list`. They add up; of several values of one, any will do. A view is a name for some of them.</summary>
internal sealed class UpdateFilter
{
    private static readonly Dictionary<string, UpdateStanding> Standings = new()
    {
        ["approved"] = UpdateStanding.Approved,
        ["not-approved"] = UpdateStanding.NotApproved,
        ["declined"] = UpdateStanding.Declined,
        ["install"] = UpdateStanding.Install,
        ["uninstall"] = UpdateStanding.Uninstall,
        ["optional-install"] = UpdateStanding.OptionalInstall,
    };

    private static readonly Dictionary<string, UpdateState[]> Statuses = new()
    {
        ["needed"] = [UpdateState.NotInstalled, UpdateState.Downloaded],
        ["failed"] = [UpdateState.Failed],
        ["downloaded"] = [UpdateState.Downloaded],
        ["installed"] = [UpdateState.Installed],
        ["pending-reboot"] = [UpdateState.InstalledPendingReboot],
        ["not-applicable"] = [UpdateState.NotApplicable],
    };

    private static readonly Dictionary<string, UpdateType> Types = new()
    {
        ["software"] = UpdateType.Software,
        ["driver"] = UpdateType.Driver,
        ["category"] = UpdateType.Category,
        ["detectoid"] = UpdateType.Detectoid,
    };

    private static readonly Dictionary<string, SupersedenceState[]> Chains = new()
    {
        ["none"] = [SupersedenceState.None],
        ["supersedes"] = [SupersedenceState.Supersedes, SupersedenceState.Both],
        ["superseded"] = [SupersedenceState.Superseded, SupersedenceState.Both],
        ["both"] = [SupersedenceState.Both],
    };

    private static readonly Dictionary<string, UpdateOrder> Orders = new() { ["title"] = UpdateOrder.Unspecified, ["arrival"] = UpdateOrder.Arrival, ["needed"] = UpdateOrder.Needed };

    private static readonly Dictionary<string, (Action<ListUpdatesRequest> Apply, string Words)> Views = new()
    {
        ["needed"] = (request => { request.States.Add(Statuses["needed"]); request.Order = UpdateOrder.Needed; }, "--status needed --sort needed"),
        ["failed"] = (request => { request.States.Add(Statuses["failed"]); request.Order = UpdateOrder.Needed; }, "--status failed --sort needed"),
        ["unapproved"] = (request => { request.Standing = UpdateStanding.NotApproved; request.Order = UpdateOrder.Arrival; }, "--approval not-approved --sort arrival"),
        ["critical"] = (request => { request.Severities.Add("Critical"); request.Standing = UpdateStanding.NotApproved; request.Order = UpdateOrder.Arrival; }, "--severity critical --approval not-approved --sort arrival"),
    };

    private readonly Option<string> text = new("--text") { Description = "Only with this in the title, or with this KB number, bulletin or CVE.", HelpName = "TEXT" };
    private readonly Option<string> kb = new("--kb") { Description = "Only with this KB number.", HelpName = "NUMBER" };
    private readonly Option<string> bulletin = new("--bulletin") { Description = "Only with this security bulletin: MS17-010.", HelpName = "ID" };
    private readonly Option<string> cve = new("--cve") { Description = "Only with this CVE, where the publisher's document names any: CVE-2017-0144.", HelpName = "ID" };
    private readonly Option<string[]> product = Many("--product", "Only of these products; a family stands for all that is below it.", "NAME");
    private readonly Option<string[]> classification = Many("--classification", "Only of these classifications.", "NAME");
    private readonly Option<string[]> severity = Many("--severity", "Only of these severities: critical, important, moderate, low, none.", "SEVERITY");
    private readonly Option<string> approval = OneOf("--approval", "Only those that stand so: approved, not-approved, declined, install, uninstall, optional-install.", "STANDING", Standings.Keys);
    private readonly Option<string> group = new("--group") { Description = "What --approval asks is asked of this group, what it inherits included; alone: only where something is decided for it.", HelpName = "NAME" };
    private readonly Option<string[]> status = Many("--status", "Only where some computer reports one of these: needed, failed, downloaded, installed, pending-reboot, not-applicable.", "STATUS", Statuses.Keys);
    private readonly Option<Moment?> since;
    private readonly Option<Moment?> until;
    private readonly Option<string[]> type = Many("--type", "Only of these types: software, driver, category, detectoid.", "TYPE", Types.Keys);
    private readonly Option<string> supersedence = OneOf("--supersedence", "Only those that stand so: none, supersedes or superseded (those that are both among them), both.", "STATE", Chains.Keys);
    private readonly Option<bool> approved = new("--approved") { Description = "The same as --approval approved." };
    private readonly Option<bool> all = new("--all") { Description = "Categories and detectoids too, not only what can be approved." };
    private readonly Option<string> sort = OneOf("--sort", "title, arrival (the newest first) or needed (by the most computers first).", "ORDER", Orders.Keys);
    private readonly Option<string> view = OneOf("--view", $"A name for some of these: {string.Join("; ", Views.Select(each => $"{each.Key} ({each.Value.Words})"))}. More conditions may stand beside it.", "NAME", Views.Keys);

    public UpdateFilter(TimeProvider time)
    {
        since = Moment.Option("--since", "Only what arrived then or later: a date or time (UTC), or how long ago (7d).", time);
        until = Moment.Option("--until", "Only what arrived before.", time);
    }

    public IEnumerable<System.CommandLine.Option> Options => [view, text, kb, bulletin, cve, product, classification, severity, approval, group, status, since, until, supersedence, type, approved, all, sort];

    /// <summary>What is asked for, without a page.</summary>
    public ListUpdatesRequest Read(ParseResult arguments)
    {
        var request = new ListUpdatesRequest
        {
            Text = arguments.GetValue(text) ?? "",
            KnowledgeBase = arguments.GetValue(kb) ?? "",
            SecurityBulletin = arguments.GetValue(bulletin) ?? "",
            Cve = arguments.GetValue(cve) ?? "",
            Group = arguments.GetValue(group) ?? "",
            ArrivedSince = arguments.GetValue(since) is { } from ? Timestamp.FromDateTimeOffset(from.Time) : null,
            ArrivedUntil = arguments.GetValue(until) is { } to ? Timestamp.FromDateTimeOffset(to.Time) : null,
            ApprovedOnly = arguments.GetValue(approved),
            IncludeAll = arguments.GetValue(all) || arguments.GetValue(type) is { } named && named.Any(each => each is "category" or "detectoid"),
        };
        if (arguments.GetValue(view) is { } known) Views[known].Apply(request);
        request.Products.Add(arguments.GetValue(product) ?? []);
        request.Classifications.Add(arguments.GetValue(classification) ?? []);
        request.UpdateTypes.Add((arguments.GetValue(type) ?? []).Select(each => Types[each]));
        if (arguments.GetValue(supersedence) is { } chain) request.Supersedence.Add(Chains[chain]);
        // What is said beside a view counts instead of what the view says of it.
        Instead(request.Severities, arguments.GetValue(severity));
        Instead(request.States, arguments.GetValue(status)?.SelectMany(each => Statuses[each]).Distinct().ToArray());
        if (arguments.GetValue(approval) is { } standing) request.Standing = Standings[standing];
        if (arguments.GetValue(sort) is { } order) request.Order = Orders[order];
        return request;
    }

    private static void Instead<T>(ICollection<T> values, IReadOnlyCollection<T>? said)
    {
        if (said is not { Count: > 0 }) return;
        values.Clear();
        foreach (var value in said) values.Add(value);
    }

    private static Option<string[]> Many(string name, string description, string helpName, IEnumerable<string>? among = null)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = helpName, AllowMultipleArgumentsPerToken = true };
        if (among is not null) option.AcceptOnlyFromAmong([.. among]);
        return option;
    }

    private static Option<string> OneOf(string name, string description, string helpName, IEnumerable<string> among)
    {
        var option = new Option<string>(name) { Description = description, HelpName = helpName };
        option.AcceptOnlyFromAmong([.. among]);
        return option;
    }
}
