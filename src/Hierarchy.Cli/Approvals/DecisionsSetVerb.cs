using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Effects;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Approvals;

/// <summary>`decisions set`: decides how decisions go on by themselves.</summary>
internal sealed class DecisionsSetVerb : Verb
{
    private readonly Option<string> revisions = new("--revisions") { Description = "automatic: approvals move to new revisions. keep: they stay with the revision that was approved.", HelpName = "automatic|keep" };
    private readonly Option<string> expired = new("--expired") { Description = "decline: what its publisher withdraws is declined. keep: it is not.", HelpName = "decline|keep" };

    private readonly Option<bool> whatIf = WhatIf.Option();

    public DecisionsSetVerb()
        : base("set", "Decide what becomes of approvals when revisions come, and of updates that expire.", "hierarchy decisions set --revisions keep", "hierarchy decisions set --revisions automatic --expired keep", "hierarchy decisions set --revisions automatic --what-if")
    {
        revisions.AcceptOnlyFromAmong("automatic", "keep");
        expired.AcceptOnlyFromAmong("decline", "keep");
        Add(revisions);
        Add(expired);
        Add(whatIf);
        Validators.Add(result =>
        {
            if (result.GetResult(revisions) is null && result.GetResult(expired) is null) result.AddError("Say what is to be: --revisions, --expired or both.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "--revisions keep: a computer gets the revision that was approved for it, with what that bundles, as long as it is in the catalog and published. Approve again to approve the newest. By the switch itself nothing changes for any",
        "computer: approvals are first moved to the revision that each counts for, in several transactions where they are many; when that breaks off, do it again.",
        "--revisions automatic (the default): the newest revision counts, but never one with a licence, its own or of what it brings, that nobody accepted: then the newest before it does. `computers show NAME --update U` says which, and why.",
        "--expired decline (the default): when a synchronization brings a revision that withdraws an update, the update is declined, and its approvals go. What was withdrawn before is left as it is.",
        "The root decides for the tree, an autonomous server for itself and all below it.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new SetDecisionSettingsRequest { RequestedBy = session.User, WhatIf = arguments.GetValue(whatIf) };
        if (arguments.GetValue(revisions) is { } wanted) request.KeepApprovedRevisions = wanted == "keep";
        if (arguments.GetValue(expired) is { } kept) request.KeepExpired = kept == "keep";
        var response = await session.AskAsync(new ApprovalService.ApprovalServiceClient(session.Channel).SetDecisionSettingsAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, "decisions set", response.Changed, response.Effects);
        var document = new DecisionSettingsSetDocument(DecisionSettingsDocument.From(response.Settings), response.Changed, response.ApprovalsMoved, PositionDocument.From(response.Position));
        return session.Output.Write(document, console =>
        {
            if (!document.Changed) console.WriteLine("So it was already.");
            foreach (var sentence in document.Settings.Sentences) console.WriteLine(sentence);
            if (document.ApprovalsMoved > 0) console.WriteLine($"{Human.Count(document.ApprovalsMoved)} approvals were moved to the revision that they counted for.");
            if (document.Changed) console.WriteLine($"(cursor {document.Position})");
        });
    }
}
