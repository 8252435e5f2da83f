using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Effects;
using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Migrate;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules declines run`: declines superseded updates now, or says which.</summary>
internal sealed class DeclineRulesRunVerb : Verb
{
    private readonly Argument<string[]> names = new("NAME") { Description = "Rules to run, on or off; without one, all that are on.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> whatIf = new("--what-if") { Description = "Only say what would be declined, and why the others stay." };

    public DeclineRulesRunVerb()
        : base("run", "Decline superseded updates, as rules say.", "hierarchy rules declines run Superseded --what-if", "hierarchy rules declines run Superseded")
    {
        Add(names);
        Add(whatIf);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new RunDeclineRulesRequest { RequestedBy = session.User, WhatIf = arguments.GetValue(whatIf) };
        request.Rules.Add(arguments.GetValue(names) ?? []);
        RunDeclineRulesProgress? last = null;
        await new StepProgress(session.Output, session.Time).RunAsync("looking", async report =>
        {
            using var call = new RuleService.RuleServiceClient(session.Channel).RunDeclineRules(request, session.Streaming);
            await foreach (var progress in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                last = progress;
                report(progress.Done, progress.Total, $"{StepProgress.Of(progress.Done, progress.Total)} superseded updates");
            }
        });
        if (last?.Finished is not { } outcome)
            throw new CommandFailedException("unavailable", $"The server at {session.Server} ended the answer before all was looked at.", "Run it again: what is declined stays so.");

        var document = DeclineRunDocument.From(request.WhatIf, outcome, last.Position, last.Effects);
        return session.Output.Write(document, console => Render(console, session.Output, document));
    }

    protected override CommandFailedException Interrupted() => new("cancelled", "Interrupted; what was declined stays so.", "Run it again: it goes on.", ExitCode.Cancelled);

    private static void Render(IAnsiConsole console, Output output, DeclineRunDocument document)
    {
        if (document.WhatIf && document.Candidates.Count > 0)
        {
            var table = output.Table("UPDATE", "TITLE", "APPROVED FOR", "NEEDED", "WHAT BECOMES OF IT", "SUPERSEDED BY");
            foreach (var (verdict, rule, update) in document.Candidates)
                table.AddTextRow(
                    update.Update.UpdateId, update.Update.Title, string.Join(", ", update.Update.ApprovedFor), Human.Count(update.Needed),
                    verdict == "decline" ? $"declined by {rule}" : $"stays: {RuleText.Reason(verdict)}", string.Join("; ", update.SupersededBy.Select(by => by.Update)));
            console.Write(table);
        }

        foreach (var (reason, count) in document.Kept) console.WriteLine($"Stay: {Human.Count(count)} ({RuleText.Reason(reason)})");
        var which = $"{Human.Count(document.Declined)} superseded {(document.Declined == 1 ? "update" : "updates")}";
        var gone = document.ApprovalsRemoved > 0 ? $", with {Human.Count(document.ApprovalsRemoved)} {(document.ApprovalsRemoved == 1 ? "approval" : "approvals")}" : "";
        console.WriteLine(document.Declined == 0
            ? $"Nothing {(document.WhatIf ? "would be" : "was")} declined."
            : $"{(document.WhatIf ? "Would decline" : "Declined")} {which}{gone}{(document.Position is { } position ? $" (cursor {position})" : "")}.");
        if (document.Effects is { } effects) WhatIf.Render(output, console, effects);
    }
}
