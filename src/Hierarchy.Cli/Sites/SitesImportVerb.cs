using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sites;

/// <summary>`sites import`: sites with their subnets, and links, from tables.</summary>
internal sealed class SitesImportVerb : Verb
{
    private readonly Argument<string> file = new("FILE") { Description = "The table of sites and subnets, on this machine.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> links = new("--links") { Description = "The table of links.", HelpName = "FILE" };
    private readonly Option<bool> whatIf = new("--what-if") { Description = "Change nothing; say what would change." };

    public SitesImportVerb()
        : base(
            "import", "Take sites with their subnets, and links, from tables: your own, or exports of Active Directory.",
            "hierarchy sites import subnets.csv --what-if", "hierarchy sites import subnets.csv --links links.csv")
    {
        Add(file);
        Add(links);
        Add(whatIf);
        Validators.Add(result =>
        {
            if (result.GetValue(file) is null && result.GetValue(links) is null) result.AddError("Name a table of sites, one of links with --links, or both.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "A table has a header and commas, semicolons or tabs between its values; other columns are passed over.",
        "Sites: `site`, `subnet`; a row a subnet, and a row without subnet makes the site alone. Links: `from`, `to`, and if wanted `cost`",
        "(1 to 1000000; new links without one have 100) and `schedule`, like \"mon-fri 08:00-18:00 500kB; otherwise 4MB\" (see `sites links add`).",
        "Sites are added and get subnets besides those that they have; links are added and changed. Nothing is removed, and what is there",
        "already stays: a table can be imported again. If any row cannot be taken, all reasons are listed and nothing is changed.",
        "",
        "Active Directory exports both, in PowerShell (or as \"Export List…\" of Sites and Services, with the columns Name and Site):",
        "",
        "Get-ADReplicationSubnet -Filter * | Select-Object @{n='subnet';e={$_.Name}},@{n='site';e={$_.Site}} | Export-Csv subnets.csv -NoTypeInformation -Encoding UTF8",
        "Get-ADReplicationSiteLink -Filter * | Select-Object @{n='sites';e={$_.SitesIncluded -join ';'}},Cost | Export-Csv links.csv -NoTypeInformation -Encoding UTF8",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var (sitesFile, linksFile) = (arguments.GetValue(file), arguments.GetValue(links));
        var request = new ImportNetworkRequest { WhatIf = arguments.GetValue(whatIf) };
        var problems = new List<ImportProblem>();
        if (sitesFile is not null) NetworkTable.ReadSites(sitesFile, request, problems);
        if (linksFile is not null) NetworkTable.ReadLinks(linksFile, request, problems);

        // What is wrong with the files themselves and with what they say comes in one list: the server is asked even if nothing can be taken.
        var isReadable = problems.Count == 0;
        if (!isReadable) request.WhatIf = true;
        var response = await session.AskAsync(new SiteService.SiteServiceClient(session.Channel).ImportNetworkAsync, request);
        problems.AddRange(response.Problems);
        if (problems.Count > 0)
            return Refuse(session, [.. problems.OrderBy(problem => problem.InLinks).ThenBy(problem => problem.Line).Select(problem => new ImportProblemBody(Path.GetFileName((problem.InLinks ? linksFile : sitesFile) ?? ""), problem.Line, problem.Message))]);
        var document = new NetworkImportedDocument(
            request.WhatIf, response.SitesAdded, response.SitesChanged, response.SitesUnchanged, response.SubnetsAdded, response.LinksAdded, response.LinksChanged, response.LinksUnchanged,
            response.Position is null ? null : PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine(
            $"Sites: {Human.Count(document.SitesAdded)} {Verb(document, "added")}, {Human.Count(document.SitesChanged)} {Verb(document, "changed")}, {Human.Count(document.SitesUnchanged)} as they were; "
            + $"subnets: {Human.Count(document.SubnetsAdded)} {Verb(document, "added")}; links: {Human.Count(document.LinksAdded)} {Verb(document, "added")}, {Human.Count(document.LinksChanged)} {Verb(document, "changed")}, "
            + $"{Human.Count(document.LinksUnchanged)} as they were.{(document.WhatIf ? " Nothing was changed." : "")}"));
    }

    private static string Verb(NetworkImportedDocument document, string done) => document.WhatIf ? $"would be {done}" : done;

    private static int Refuse(Session session, IReadOnlyList<ImportProblemBody> problems)
    {
        var failure = new CommandFailedException(
            "invalid_table", $"{(problems.Count == 1 ? "A row" : $"{Human.Count(problems.Count)} rows")} cannot be taken, and nothing was changed.", "Mend the table and import it again; `--what-if` tries it.");
        if (!session.Output.Json)
            foreach (var problem in problems) session.Output.ProgressLines.WriteLine($"{problem.File}, line {problem.Line}: {problem.Message}");
        return session.Output.Fail(failure, new NetworkNotImportedDocument(ErrorBody.From(failure), problems));
    }
}
