using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Effects;
using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Migrate;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules run`: approval rules look at all that is there.</summary>
internal sealed class RulesRunVerb : Verb
{
    private readonly Argument<string[]> names = new("NAME") { Description = "Rules to run, on or off; without one, all that are on.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> whatIf = new("--what-if") { Description = "Only say what would be approved, and what would not and why." };

    public RulesRunVerb()
        : base(
            "run", "Run approval rules over all updates that are here.", "hierarchy rules run Definitions --what-if", "hierarchy rules run",
            "hierarchy --output json rules run --what-if | jq '.rules[].approved[].title'")
    {
        Add(names);
        Add(whatIf);
    }

    public override IReadOnlyList<string> Details =>
    [
        "Rules that are named run alone, in their order. What is decided for a group already is left alone, so that running them again changes nothing more.",
        "Approvals are committed some hundreds at a time: on Ctrl-C what was approved stays. --what-if lists up to 1,000 approvals, and counts all.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new RunApprovalRulesRequest { RequestedBy = session.User, WhatIf = arguments.GetValue(whatIf) };
        request.Rules.Add(arguments.GetValue(names) ?? []);
        RunApprovalRulesProgress? last = null;
        await new StepProgress(session.Output, session.Time).RunAsync("looking", async report =>
        {
            using var call = new RuleService.RuleServiceClient(session.Channel).RunApprovalRules(request, session.Streaming);
            await foreach (var progress in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                last = progress;
                report(progress.Done, progress.Total, $"{StepProgress.Of(progress.Done, progress.Total)} updates");
            }
        });
        if (last?.Finished is not { } outcome)
            throw new CommandFailedException("unavailable", $"The server at {session.Server} ended the answer before all was looked at.", "Run it again: what is approved already is left alone.");

        var document = RuleRunDocument.From(request.WhatIf, outcome, last.Position, last.Effects);
        return session.Output.Write(document, console => Render(console, session.Output, document));
    }

    protected override CommandFailedException Interrupted() => new("cancelled", "Interrupted; what was approved stays.", "Run it again: it goes on.", ExitCode.Cancelled);

    private static void Render(IAnsiConsole console, Output output, RuleRunDocument document)
    {
        foreach (var rule in document.Rules)
        {
            console.WriteLine($"{rule.Rule}: {Human.Count(rule.Approvals)} {(rule.Approvals == 1 ? "approval" : "approvals")}");
            foreach (var skipped in rule.Skipped)
            {
                console.WriteLine($"  skipped {Human.Count(skipped.Count)}: {RuleText.Reason(skipped.Reason)}");
                if (skipped is { Reason: not "already_decided", Example: { } example }) console.WriteLine($"    e.g. {example}");
            }
        }

        var approved = document.Rules.SelectMany(rule => rule.Approved.Select(update => (rule.Rule, Update: update))).ToArray();
        if (document.WhatIf && approved.Length > 0)
        {
            var table = output.Table("UPDATE", "TITLE", "GROUP", "RULE");
            foreach (var (rule, update) in approved) table.AddTextRow(update.UpdateId, update.Title, update.Group, rule);
            console.Write(table);
            if (approved.Length < document.Approvals) console.WriteLine($"… and {Human.Count(document.Approvals - approved.Length)} more.");
        }

        console.WriteLine(document.Approvals == 0
            ? $"Nothing {(document.WhatIf ? "would be" : "was")} approved."
            : $"{(document.WhatIf ? "Would approve" : "Approved")} {Human.Count(document.Updates)} {(document.Updates == 1 ? "update" : "updates")}, {Human.Count(document.Approvals)} approvals{(document.Position is { } position ? $" (cursor {position})" : "")}.");
        if (document.Effects is { } effects) WhatIf.Render(output, console, effects);
    }
}
