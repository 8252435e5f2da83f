using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites set`: other subnets for a site.</summary>
internal sealed class SitesSetVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The site." };
    private readonly Option<string[]> subnets = Subnets("--subnet", "It owns these subnets and no others.");
    private readonly Option<string[]> added = Subnets("--add-subnet", "It owns these besides.");
    private readonly Option<string[]> removed = Subnets("--remove-subnet", "It owns these no more.");
    private readonly Option<bool> whatIf = WhatIf.Option();

    private readonly Option<string> timeZone = new("--time-zone") { Description = "Its time zone, for deadlines by the clock on the wall of computers that do not say theirs; 'none' takes it away.", HelpName = "ID" };

    public SitesSetVerb()
        : base("set", "Change the subnets of a site, or its time zone.", "hierarchy sites set branch-a --add-subnet 10.9.0.0/16", "hierarchy sites set branch-a --subnet 10.1.0.0/16 2001:db8:1::/48", "hierarchy sites set branch-a --time-zone Europe/Berlin")
    {
        Add(name);
        Add(subnets);
        Add(added);
        Add(removed);
        Add(timeZone);
        Add(whatIf);
        Validators.Add(result =>
        {
            if (result.GetResult(subnets) is null && result.GetResult(added) is null && result.GetResult(removed) is null && result.GetResult(timeZone) is null)
                result.AddError("Say what changes: --subnet, --add-subnet, --remove-subnet or --time-zone.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "A site keeps its name: servers name their site themselves (--site), and would be left behind. For another name, add a site with",
        "it, restart its servers with the new --site, and remove the old one.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new SetSiteRequest { Name = arguments.GetRequiredValue(name), WhatIf = arguments.GetValue(whatIf) };
        request.Subnets.Add(arguments.GetValue(subnets) ?? []);
        request.AddSubnets.Add(arguments.GetValue(added) ?? []);
        request.RemoveSubnets.Add(arguments.GetValue(removed) ?? []);
        if (arguments.GetValue(timeZone) is { } zone) request.TimeZone = zone == "none" ? "" : zone;
        var response = await session.AskAsync(new SiteService.SiteServiceClient(session.Channel).SetSiteAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, "sites set", response.Changed, response.Effects);
        var document = new SiteSetDocument(SiteBody.From(response.Site), response.Changed, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine(
            $"{(document.Changed ? "Site" : "Unchanged: site")} {document.Site.Name}: {(document.Site.Subnets.Count == 0 ? "no subnets" : string.Join(' ', document.Site.Subnets))}{(document.Site.TimeZone is null ? "" : $", {document.Site.TimeZone}")} (cursor {document.Position})."));
    }

    private static Option<string[]> Subnets(string name, string description) =>
        new(name) { Description = description, HelpName = "CIDR", AllowMultipleArgumentsPerToken = true };
}
