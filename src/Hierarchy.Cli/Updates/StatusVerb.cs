using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Updates;

/// <summary>`status`: who has an update.</summary>
internal sealed class StatusVerb : Verb
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 10_000;

    private static readonly UpdateState[] States = [.. Enum.GetValues<UpdateState>().Where(state => state != UpdateState.Unspecified)];

    private readonly Argument<string> update = UpdateArgument.Create();
    private readonly Option<string> state = new("--state") { Description = $"List only computers on which it is {string.Join(", ", States.Select(Wire.Name))}.", HelpName = "STATE" };
    private readonly Option<bool> counts = new("--counts") { Description = "The counts alone: they are kept with every report, and come at once however many computers there are." };
    private readonly Option<int> limit = new("--limit") { Description = $"List at most so many computers, up to {MaxLimit}; 0 for as many as that.", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };

    public StatusVerb()
        : base(
            "status", "Show the state of one update: counts for each group, and the computers.",
            "hierarchy status KB5013943", "hierarchy status KB5013943 --state failed", "hierarchy --output json status KB5013943 --counts | jq .states.installed")
    {
        state.Validators.Add(result =>
        {
            if (!result.Errors.Any() && !States.Any(known => Wire.Name(known) == Given(result.GetValueOrDefault<string>()))) result.AddError($"--state is one of {string.Join(", ", States.Select(Wire.Name))}.");
        });
        limit.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is < 0 or > MaxLimit) result.AddError($"--limit takes 0 to {MaxLimit}.");
        });
        Add(update);
        Add(state);
        Add(counts);
        Add(limit);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var wanted = Given(arguments.GetValue(state));
        var request = new GetUpdateStatusRequest
        {
            Update = arguments.GetRequiredValue(update),
            State = States.FirstOrDefault(known => Wire.Name(known) == wanted),
            CountsOnly = arguments.GetValue(counts),
            Limit = arguments.GetValue(limit),
        };
        var document = UpdateStatusDocument.From(await session.AskAsync(session.Admin.GetUpdateStatusAsync, request));
        return session.Output.Write(document, console =>
        {
            console.WriteLine(document.Update.Title);
            console.WriteLine(string.Join(", ", document.States.Where(state => state.Value > 0).Select(state => $"{Spoken(state.Key)} {Human.Count(state.Value)}")));
            if (document.Held.Count > 0) console.WriteLine($"held: {string.Join(", ", document.Held.Select(reason => $"{Spoken(reason.Key)} {Human.Count(reason.Value)}"))}; `hierarchy computers show NAME --update U` says why and what to do");
            if (document.Groups.Count > 1) console.Write(GroupTable(session, document));
            if (document.Computers.Count == 0) return;
            var table = session.Output.Table("COMPUTER", "USER", "STATE", "HELD", "RESULT", "TIME");
            foreach (var computer in document.Computers)
                table.AddTextRow(computer.Computer, computer.User ?? "", Spoken(computer.State), computer.Hold is null ? "" : Spoken(computer.Hold), Human.ResultCode(computer.ResultCode), computer.Time);
            console.Write(table);
            if (document.Computers.Count < document.Matching) console.WriteLine($"{Human.Count(document.Computers.Count)} of {Human.Count(document.Matching)} computers; --limit N shows more.");
        });
    }

    private static Table GroupTable(Session session, UpdateStatusDocument document)
    {
        var table = session.Output.Table("GROUP", "COMPUTERS", "INSTALLED", "NEEDED", "FAILED", "NOT APPLICABLE", "UNKNOWN");
        foreach (var (group, computers, states) in document.Groups)
        {
            int Sum(params UpdateState[] of) => of.Sum(one => states.GetValueOrDefault(Wire.Name(one)));
            table.AddTextRow(
                group, Human.Count(computers), Human.Count(Sum(UpdateState.Installed, UpdateState.InstalledPendingReboot)), Human.Count(Sum(UpdateState.NotInstalled, UpdateState.Downloaded)),
                Human.Count(Sum(UpdateState.Failed)), Human.Count(Sum(UpdateState.NotApplicable)), Human.Count(Sum(UpdateState.Unspecified)));
        }

        return table;
    }

    private static string Given(string? name) => (name ?? "").Trim().Replace('-', '_').Replace(' ', '_').ToLowerInvariant();

    private static string Spoken(string state) => state.Replace('_', ' ');
}
