using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Migrate;

/// <summary>`migrate computers`: takes computers and their groups from a table that a WSUS exported.</summary>
internal sealed class MigrateComputersVerb : Verb
{
    /// <summary>What an administrator runs at the WSUS. The two ids are All Computers and Unassigned Computers, whose names differ by language.</summary>
    public const string Export =
        "(Get-WsusServer).GetComputerTargets() | Select-Object Id,FullDomainName,@{n='Groups';e={($_.GetComputerTargetGroups() | Where-Object Id -notin "
        + "'a0a08746-4dbe-4a37-9adf-9e7652c0b421','b73ca6ed-5727-47f3-84de-015e03f6a88a').Name -join ';'}} | Export-Csv computers.csv -NoTypeInformation -Encoding UTF8";

    private const int BatchSize = 500;

    private readonly Argument<string> file = new("FILE") { Description = "The exported table, on this machine." };
    private readonly Option<bool> whatIf = new("--what-if") { Description = "Change nothing; say what would change." };
    private readonly Option<bool> createGroups = new("--create-groups") { Description = "Make the groups that are not there, in All Computers. Without it they are listed and nothing is changed." };

    public MigrateComputersVerb()
        : base(
            "computers",
            "Take computers and their groups from the table that a WSUS exported.",
            "hierarchy migrate computers computers.csv --what-if", "hierarchy migrate computers computers.csv --create-groups")
    {
        Add(file);
        Add(whatIf);
        Add(createGroups);
    }

    public override IReadOnlyList<string> Details =>
    [
        "At the WSUS, in PowerShell as administrator, one line writes the table:",
        "",
        Export,
        "",
        "Its columns are Id (the computer's SusClientId), FullDomainName and Groups, with semicolons between groups. From then on",
        "a computer counts in those groups, whatever it names itself; one in no group becomes known and counts where it asks to.",
        "Ids that several rows have (cloned machines) are listed, and left out when the rows name different groups.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var table = ComputerTable.Read(arguments.GetRequiredValue(file));
        var onlyAsks = arguments.GetValue(whatIf);
        var computers = table.Computers.Select(ToProto).ToList();
        var (would, unknown) = await AssignAsync(session, "checking", computers, whatIf: true);
        string[] created = [];
        if (!onlyAsks)
        {
            if (unknown.Count > 0 && !arguments.GetValue(createGroups)) return Refuse(session, unknown);
            created = await CreateAsync(session, unknown);
            (would, _) = await AssignAsync(session, "assigning", computers, whatIf: false);
        }

        var document = new ComputersMigratedDocument(
            onlyAsks, computers.Count, would.Changed, would.Unchanged, unknown, created,
            [.. table.Duplicates.Select(duplicate => new DuplicateComputerBody(duplicate.Id, duplicate.Names, duplicate.IsTaken))],
            [.. table.LeftOut.Select(row => new LeftOutRowBody(row.Line, row.Name, row.Reason))],
            would.Position is { } position ? PositionDocument.From(position) : null);
        return session.Output.Write(document, console => Render(console, document));
    }

    private static ComputerAssignment ToProto(ComputerTable.Row row)
    {
        var assignment = new ComputerAssignment { ComputerId = row.Id, Name = row.Name };
        assignment.Groups.Add(row.Groups.Order(StringComparer.OrdinalIgnoreCase));
        return assignment;
    }

    private static async Task<(AssignComputersResponse Sum, List<string> Unknown)> AssignAsync(Session session, string name, List<ComputerAssignment> computers, bool whatIf)
    {
        var sum = new AssignComputersResponse();
        var unknown = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        await new StepProgress(session.Output, session.Time).RunAsync(name, async report =>
        {
            var done = 0;
            foreach (var batch in computers.Chunk(BatchSize))
            {
                var request = new AssignComputersRequest { WhatIf = whatIf };
                request.Computers.Add(batch);
                var response = await session.AskAsync(session.Admin.AssignComputersAsync, request);
                unknown.UnionWith(response.UnknownGroups);
                sum.Changed += response.Changed;
                sum.Unchanged += response.Unchanged;
                sum.Position = response.Position;
                report(done += batch.Length, computers.Count, $"{StepProgress.Of(done, computers.Count)} computers");
            }
        });
        return (sum, [.. unknown]);
    }

    private static async Task<string[]> CreateAsync(Session session, List<string> names)
    {
        foreach (var name in names)
            await session.AskAsync(session.Admin.AddGroupAsync, new AddGroupRequest { Name = name });
        return [.. names];
    }

    private static int Refuse(Session session, List<string> unknown)
    {
        var failure = new CommandFailedException(
            "unknown_groups", $"{(unknown.Count == 1 ? "A group of the table is" : $"{Human.Count(unknown.Count)} groups of the table are")} not there, and nothing was changed: {string.Join(", ", unknown)}.",
            "Make them with --create-groups, or take them from the WSUS itself: start the root with --upstream-kind wsus-replica and synchronize.");
        return session.Output.Fail(failure, new ComputersNotMigratedDocument(ErrorBody.From(failure), unknown));
    }

    private static void Render(IAnsiConsole console, ComputersMigratedDocument document)
    {
        foreach (var row in document.LeftOut) console.WriteLine($"Left out: line {row.Line} {row.Name}: {row.Reason}.");
        foreach (var duplicate in document.Duplicates)
            console.WriteLine($"{(duplicate.Taken ? "One computer" : "Left out")}: {duplicate.ComputerId} is the id of {string.Join(", ", duplicate.Names)}{(duplicate.Taken ? "" : ", which are in different groups")}.");
        if (document.CreatedGroups.Count > 0) console.WriteLine($"Groups made: {string.Join(", ", document.CreatedGroups)}.");
        if (document.WhatIf && document.UnknownGroups.Count > 0) console.WriteLine($"Groups that are not there: {string.Join(", ", document.UnknownGroups)}.");
        console.WriteLine(document.WhatIf
            ? $"Of {Human.Count(document.Computers)} computers {Human.Count(document.Changed)} would be assigned; {Human.Count(document.Unchanged)} are so already. Nothing was changed."
            : $"{Human.Count(document.Changed)} computers assigned, {Human.Count(document.Unchanged)} were so already.");
    }
}
