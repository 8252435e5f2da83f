using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites default`: the site of clients outside every subnet.</summary>
internal sealed class SitesDefaultVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The site; without it the present one is shown.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> none = new("--none") { Description = "Such clients count in no site." };
    private readonly Option<bool> whatIf = WhatIf.Option();

    public SitesDefaultVerb()
        : base("default", "Show or choose the site of clients outside every subnet.", "hierarchy sites default", "hierarchy sites default headquarters", "hierarchy sites default --none")
    {
        Add(name);
        Add(none);
        Add(whatIf);
        Validators.Add(result =>
        {
            if (result.GetValue(name) is not null && result.GetValue(none)) result.AddError("Name a site, or say --none.");
        });
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var client = new SiteService.SiteServiceClient(session.Channel);
        DefaultSiteDocument document;
        if (arguments.GetValue(name) is null && !arguments.GetValue(none))
        {
            document = new DefaultSiteDocument(NullIfEmpty((await session.AskAsync(client.GetDefaultSiteAsync, new GetDefaultSiteRequest())).Name), Changed: false, Position: null);
        }
        else
        {
            var response = await session.AskAsync(client.SetDefaultSiteAsync, new SetDefaultSiteRequest { Name = arguments.GetValue(name) ?? "", WhatIf = arguments.GetValue(whatIf) });
            if (arguments.GetValue(whatIf)) return WhatIf.Write(session, "sites default", response.Changed, response.Effects);
            document = new DefaultSiteDocument(NullIfEmpty(response.Name), response.Changed, PositionDocument.From(response.Position));
        }

        return session.Output.Write(document, console => console.WriteLine(
            document.DefaultSite is null ? "Clients outside every subnet count in no site." : $"Clients outside every subnet count in site {document.DefaultSite}."));
    }

    private static string? NullIfEmpty(string text) => Formats.Wire.NullIfEmpty(text);
}
