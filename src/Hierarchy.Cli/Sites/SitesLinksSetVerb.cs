using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites links add` and `sites links set`: a link, its cost and what transfers may take of it.</summary>
internal sealed class SitesLinksSetVerb : Verb
{
    private readonly bool isNew;
    private readonly Argument<string> from = new("FROM") { Description = "A site." };
    private readonly Argument<string> to = new("TO") { Description = "The other site; a link is the same in both directions." };
    private readonly Option<int?> cost = new("--cost") { Description = "1 to 1000000; a path costs the sum of its links. A new link has 100.", HelpName = "N" };
    private readonly Option<string[]> windows = new("--window") { Description = $"When it carries so much: {ScheduleText.WindowForm}. Several may be given; where they overlap, the first counts.", HelpName = "WINDOW", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> rate = new("--rate") { Description = $"Outside the windows, or always: {ScheduleText.RateForm}.", HelpName = "RATE" };
    private readonly Option<bool> whatIf = WhatIf.Option();

    private SitesLinksSetVerb(bool isNew, string name, string description, params string[] examples)
        : base(name, description, examples)
    {
        this.isNew = isNew;
        Add(from);
        Add(to);
        Add(cost);
        Add(windows);
        Add(rate);
        Add(whatIf);
        windows.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (!ScheduleText.TryParseWindow(token.Value, out _, out var error)) result.AddError(error);
        });
        rate.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ScheduleText.TryParseRate(token.Value, out _, out var error)) result.AddError(error);
        });
        cost.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var value) || value is < 1 or > 1_000_000)) result.AddError($"'{token.Value}' is no cost: write a number from 1 to 1000000.");
        });
        Validators.Add(result =>
        {
            if (!isNew && result.GetResult(cost) is null && result.GetResult(windows) is null && result.GetResult(rate) is null) result.AddError("Say what changes: --cost, --window or --rate.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "Days are mon to sun, mon-fri, sat,sun, workdays, weekend or daily; a window that ends before it begins ends on the next day. The clock",
        "is that of the server that transfers. Rates are for all transfers over the link together; those over several links go by the least.",
        "--window and --rate together replace what was there: `--rate unlimited` alone takes every limit away.",
        "As long as a tree has no links, any two sites are equally far from each other. From the first one on, sites that no links join are",
        "last in each other's lists: make the links of all sites, or import them.",
    ];

    public static SitesLinksSetVerb ForNew() => new(
        isNew: true, "add", "Link two sites.", "hierarchy sites links add headquarters branch-a --cost 50", "hierarchy sites links add branch-a branch-b --cost 200 --window \"mon-fri 08:00-18:00 500kB\" --rate 4MB");

    public static SitesLinksSetVerb ForPresent() => new(
        isNew: false, "set", "Change the cost of a link, or what it carries.", "hierarchy sites links set headquarters branch-a --cost 20", "hierarchy sites links set branch-a branch-b --window \"workdays 07:00-19:00 closed\" --rate unlimited");

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new SetSiteLinkRequest
        {
            From = arguments.GetRequiredValue(from),
            To = arguments.GetRequiredValue(to),
            Cost = arguments.GetValue(cost) ?? 0,
            Expect = isNew ? LinkExpectation.New : LinkExpectation.Present,
            WhatIf = arguments.GetValue(whatIf),
        };
        if (arguments.GetResult(windows) is not null || arguments.GetValue(rate) is not null)
        {
            request.Schedule = new BandwidthSchedule();
            foreach (var text in arguments.GetValue(windows) ?? [])
                if (ScheduleText.TryParseWindow(text, out var window, out _)) request.Schedule.Windows.Add(window); // The validator let nothing else pass.
            if (ScheduleText.TryParseRate(arguments.GetValue(rate) ?? "unlimited", out var bytes, out _) && bytes is { } limit) request.Schedule.DefaultRate = limit;
        }

        var response = await session.AskAsync(new SiteService.SiteServiceClient(session.Channel).SetSiteLinkAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, isNew ? "sites links add" : "sites links set", response.Changed, response.Effects);
        var document = new SiteLinkDocument(SiteLinkBody.Of(response.Link), response.Changed, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine(
            $"{(document.Changed ? "Link" : "Unchanged: link")} {document.Link.From} - {document.Link.To}: cost {document.Link.Cost}, {ScheduleText.Format(response.Link.Schedule)} (cursor {document.Position})."));
    }
}
