using System.CommandLine;
using System.Globalization;
using System.Net;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites which`: why a client at an address is told of which servers.</summary>
internal sealed class SitesWhichVerb : Verb
{
    private const int DefaultLimit = 16;

    private readonly Argument<string> address = new("ADDRESS") { Description = "The client's address, IPv4 or IPv6." };
    private readonly Option<string> client = new("--client") { Description = "The client's id, which decides between servers that are equally near.", HelpName = "ID", DefaultValueFactory = _ => "" };
    private readonly Option<int> limit = new("--limit") { Description = "Show at most so many servers; 0 for all. A client is told of 16.", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };

    public SitesWhichVerb()
        : base(
            "which", "Explain which site an address is in, and which servers a client there is told of, in order.",
            "hierarchy sites which 10.1.2.3", "hierarchy sites which 10.1.2.3 --client 6f9619ff-8b86-d011-b42d-00c04fc964ff")
    {
        address.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !IPAddress.TryParse(token.Value, out _)) result.AddError($"'{token.Value}' is no IPv4 or IPv6 address.");
        });
        Add(address);
        Add(client);
        Add(limit);
    }

    public override IReadOnlyList<string> Details =>
    [
        "The longest prefix that holds the address decides its site. Servers are ordered by the cost of the cheapest path over links, then by",
        "health (a busy server counts as degraded), then by a weight of client and server that never changes; the root is last outside its own",
        "site. Each server answers from what it knows: the load of servers that stand neither at nor below it is not known to it, only whether they are busy.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new ExplainAddressRequest { Address = arguments.GetRequiredValue(address), ClientId = arguments.GetValue(client) ?? "", Limit = arguments.GetValue(limit) };
        var response = await session.AskAsync(new SiteService.SiteServiceClient(session.Channel).ExplainAddressAsync, request);
        var document = new AddressDocument(
            response.Address, Wire.NullIfEmpty(response.Site), response.ByDefault, [.. response.Subnets.Select(match => new MatchedSubnetBody(match.Subnet, match.Site))],
            [.. response.Servers.Select(ExplainedServerBody.From)], response.MoreServers);
        return session.Output.Write(document, console => Render(session, console, document));
    }

    private static void Render(Session session, IAnsiConsole console, AddressDocument document)
    {
        foreach (var (match, index) in document.Subnets.Select((match, index) => (match, index)))
            console.WriteLine(index == 0 ? $"{document.Address} is in {match.Subnet} of site {match.Site}: the longest prefix." : $"It is in {match.Subnet} of site {match.Site} as well, which is shorter.");
        if (document.Subnets.Count == 0)
            console.WriteLine(document.ByDefault ? $"{document.Address} is in no subnet: it counts in the default site {document.Site}." : $"{document.Address} is in no subnet, and there is no default site: it counts in none.");
        if (document.Servers.Count == 0) console.WriteLine("There are no servers.");
        else console.Write(TableOf(session, document));
        foreach (var server in document.Servers)
            if (server.LeftOut is { } reason) console.WriteLine($"{server.Name} is left out: {reason}");
        if (document.MoreServers > 0) console.WriteLine($"{Human.Count(document.MoreServers)} more servers: --limit 0 shows them.");
    }

    private static Table TableOf(Session session, AddressDocument document)
    {
        var table = session.Output.Table("", "SERVER", "SITE", "COST", "OVER", "HEALTH", "LOAD", "WEIGHT", "ADDRESS");
        foreach (var (server, index) in document.Servers.Select((server, index) => (server, index)))
            table.AddTextRow(
                server.LeftOut is null ? (index + 1).ToString(CultureInfo.InvariantCulture) : "-", server.Name + (server.IsRoot ? " (root)" : ""), server.Site,
                server.Cost?.ToString(CultureInfo.InvariantCulture) ?? "no path", PathOf(document.Site, server.Path), server.Busy ? "busy" : server.Health,
                server.Load is { } load ? string.Create(CultureInfo.InvariantCulture, $"{load * 100:0} %") : "", server.Weight, server.GrpcUrl);
        return table;
    }

    /// <summary>branch-a 50 headquarters 20 branch-b: sites with the costs of the links between them.</summary>
    private static string PathOf(string? site, IReadOnlyList<SiteLinkBody> path)
    {
        var (text, at) = (path.Count == 0 ? "" : site ?? "", site);
        foreach (var link in path)
        {
            at = string.Equals(link.From, at, StringComparison.OrdinalIgnoreCase) ? link.To : link.From;
            text += string.Create(CultureInfo.InvariantCulture, $" -{link.Cost}- {at}");
        }

        return text;
    }
}
