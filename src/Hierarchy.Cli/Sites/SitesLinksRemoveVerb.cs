using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites links remove`: a link goes.</summary>
internal sealed class SitesLinksRemoveVerb : Verb
{
    private readonly Argument<string> from = new("FROM") { Description = "A site." };
    private readonly Argument<string> to = new("TO") { Description = "The other site." };
    private readonly Option<bool> whatIf = WhatIf.Option();

    public SitesLinksRemoveVerb()
        : base("remove", "Remove the link between two sites.", "hierarchy sites links remove branch-a branch-b")
    {
        Add(from);
        Add(to);
        Add(whatIf);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new RemoveSiteLinkRequest { From = arguments.GetRequiredValue(from), To = arguments.GetRequiredValue(to), WhatIf = arguments.GetValue(whatIf) };
        var response = await session.AskAsync(new SiteService.SiteServiceClient(session.Channel).RemoveSiteLinkAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, "sites links remove", changed: true, response.Effects);
        var document = new SiteLinkDocument(SiteLinkBody.Of(response.Link), Changed: true, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine($"Removed the link {document.Link.From} - {document.Link.To} (cursor {document.Position})."));
    }
}
