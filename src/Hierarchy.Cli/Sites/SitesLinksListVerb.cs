using System.CommandLine;
using System.Globalization;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites links list`: all links.</summary>
internal sealed class SitesLinksListVerb() : Verb("list", "List links, their costs and what they carry.", "hierarchy sites links list")
{
    /// <summary>Links for people.</summary>
    public static Table TableOf(Session session, IEnumerable<SiteLinkRecord> links)
    {
        var table = session.Output.Table("FROM", "TO", "COST", "CARRIES");
        foreach (var link in links) table.AddTextRow(link.From, link.To, link.Cost.ToString(CultureInfo.InvariantCulture), ScheduleText.Format(link.Schedule));
        return table;
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new SiteService.SiteServiceClient(session.Channel).ListSiteLinksAsync, new ListSiteLinksRequest());
        return session.Output.Write(new SiteLinkListDocument([.. response.Links.Select(SiteLinkBody.Of)]), console =>
        {
            if (response.Links.Count == 0) console.WriteLine("There are no links: any two sites are equally far from each other.");
            else console.Write(TableOf(session, response.Links));
        });
    }
}
