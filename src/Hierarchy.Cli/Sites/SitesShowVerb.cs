using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites show`: one site, and what uses it.</summary>
internal sealed class SitesShowVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The site." };

    public SitesShowVerb()
        : base("show", "Show a site: its subnets, the servers that stand in it, and its links.", "hierarchy sites show branch-a")
        => Add(name);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new SiteService.SiteServiceClient(session.Channel).ShowSiteAsync, new ShowSiteRequest { Name = arguments.GetRequiredValue(name) });
        var document = new SiteDocument(SiteBody.From(response.Site), [.. response.Servers], [.. response.Links.Select(SiteLinkBody.Of)], response.IsDefault);
        return session.Output.Write(document, console =>
        {
            console.Write(Output.Facts(
                ("Site", document.Site.Name), ("Default", Human.YesNo(document.IsDefault)), ("Subnets", document.Site.Subnets.Count == 0 ? "none" : string.Join(' ', document.Site.Subnets)),
                ("Time zone", document.Site.TimeZone ?? "none"), ("Servers", document.Servers.Count == 0 ? "none" : string.Join(", ", document.Servers))));
            if (response.Links.Count > 0) console.Write(SitesLinksListVerb.TableOf(session, response.Links));
        });
    }
}
