using Hierarchy.Cli.Effects;
using System.CommandLine;
using System.Net;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites add`: a new site with its subnets.</summary>
internal sealed class SitesAddVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "What it is called." };
    private readonly Option<string[]> subnets = new("--subnet")
    {
        Description = "A subnet that it owns, as address/prefix length, IPv4 or IPv6; more than one may be given.",
        HelpName = "CIDR",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<bool> whatIf = WhatIf.Option();

    public SitesAddVerb()
        : base(
            "add", "Add a site. Clients whose address is in one of its subnets take the servers of the site; the longest prefix wins.",
            "hierarchy sites add branch-a --subnet 10.1.0.0/16", "hierarchy sites add branch-b --subnet 10.2.0.0/16 2001:db8:2::/48")
    {
        subnets.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (!IPNetwork.TryParse(token.Value, out _))
                    result.AddError($"'{token.Value}' is no subnet. Give the network's first address and its prefix length, like 10.1.0.0/16.");
        });
        Add(name);
        Add(subnets);
        Add(whatIf);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new AddSiteRequest { Name = arguments.GetRequiredValue(name), Subnets = { arguments.GetRequiredValue(subnets) }, WhatIf = arguments.GetValue(whatIf) };
        var response = await session.AskAsync(session.Admin.AddSiteAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, "sites add", changed: true, response.Effects);
        var document = new SiteAddedDocument(SiteBody.From(response.Site), PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine(
            $"Added site {document.Site.Name}: {string.Join(' ', document.Site.Subnets)} (cursor {document.Position})."));
    }
}
