using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites remove`: a site goes; its clients are nobody's neighbours then.</summary>
internal sealed class SitesRemoveVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The site." };

    public SitesRemoveVerb()
        : base("remove", "Remove a site.", "hierarchy sites remove branch-a")
        => Add(name);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var site = arguments.GetRequiredValue(name);
        var response = await session.AskAsync(session.Admin.RemoveSiteAsync, new RemoveSiteRequest { Name = site });
        var document = new SiteRemovedDocument(site, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine($"Removed site {site} (cursor {document.Position})."));
    }
}
