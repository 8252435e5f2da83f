using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites list`: all sites.</summary>
internal sealed class SitesListVerb() : Verb("list", "List sites and their subnets.", "hierarchy sites list")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(session.Admin.ListSitesAsync, new ListSitesRequest());
        var sites = response.Sites.Select(SiteBody.From).ToList();
        return session.Output.Write(new SiteListDocument(sites), console =>
        {
            var table = session.Output.Table("SITE", "SUBNETS");
            foreach (var site in sites) table.AddTextRow(site.Name, string.Join(' ', site.Subnets));
            console.Write(table);
        });
    }
}
