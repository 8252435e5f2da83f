using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites remove`: a site goes; its clients are nobody's neighbours then.</summary>
internal sealed class SitesRemoveVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The site." };
    private readonly Option<bool> yes = new("--yes") { Description = "Do it without asking, also when servers stand in it or links end there; the links go with it." };
    private readonly Option<bool> whatIf = WhatIf.Option();

    public SitesRemoveVerb()
        : base("remove", "Remove a site.", "hierarchy sites remove branch-a", "hierarchy sites remove branch-a --yes")
    {
        Add(name);
        Add(yes);
        Add(whatIf);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var site = arguments.GetRequiredValue(name);
        if (arguments.GetValue(whatIf))
        {
            var said = await session.AskAsync(session.Admin.RemoveSiteAsync, new RemoveSiteRequest { Name = site, EvenIfUsed = arguments.GetValue(yes), WhatIf = true });
            return WhatIf.Write(session, "sites remove", changed: true, said.Effects);
        }

        var isSure = arguments.GetValue(yes) || await ConfirmAsync(session, site);
        var response = await session.AskAsync(session.Admin.RemoveSiteAsync, new RemoveSiteRequest { Name = site, EvenIfUsed = isSure });
        var document = new SiteRemovedDocument(site, PositionDocument.From(response.Position), response.LinksRemoved);
        return session.Output.Write(document, console => console.WriteLine(
            $"Removed site {site}{(document.LinksRemoved == 0 ? "" : document.LinksRemoved == 1 ? " and its link" : $" and its {document.LinksRemoved} links")} (cursor {document.Position})."));
    }

    /// <summary>True when somebody said to remove it although it is used; false when nothing uses it, or nobody can be asked: then the server refuses, and says why.</summary>
    private static async Task<bool> ConfirmAsync(Session session, string site)
    {
        if (session.Input is not { } input) return false;
        var shown = await session.AskAsync(new SiteService.SiteServiceClient(session.Channel).ShowSiteAsync, new ShowSiteRequest { Name = site });
        if (shown.Servers.Count == 0 && shown.Links.Count == 0 && !shown.IsDefault) return false;
        var ask = session.Output.ProgressLines;
        if (shown.Servers.Count > 0) ask.WriteLine($"Servers stand in it: {string.Join(", ", shown.Servers)}. They are near to nobody until the site is there again, or they name another.");
        foreach (var link in shown.Links) ask.WriteLine($"The link {link.From} - {link.To} goes with it.");
        if (shown.IsDefault) ask.WriteLine("Clients outside every subnet count in it; they would count in none.");
        ask.Write($"Type yes to remove site {shown.Site.Name}: ");
        ask.Flush();
        return string.Equals(input.ReadLine()?.Trim(), "yes", StringComparison.OrdinalIgnoreCase) ? true : throw new CommandFailedException("cancelled", "Nothing was done.", null, ExitCode.Cancelled);
    }
}
