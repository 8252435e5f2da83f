using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Updates;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Approvals;

/// <summary>`decline`: an update is neither offered nor evaluated anywhere; or that is taken back.</summary>
internal sealed class DeclineVerb : Verb
{
    private readonly Argument<string> update = UpdateArgument.Create();
    private readonly Option<bool> undo = new("--undo") { Description = "Take the decline back; the update is not approved then." };
    private readonly Option<bool> whatIf = WhatIf.Option();

    public DeclineVerb()
        : base(
            "decline", "Decline an update: it is neither offered nor evaluated on any computer, and its approvals go.",
            "hierarchy decline KB5013943", "hierarchy decline KB5013943 --undo", "hierarchy decline KB5013943 --what-if")
    {
        Add(update);
        Add(undo);
        Add(whatIf);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var name = arguments.GetRequiredValue(update);
        var declined = !arguments.GetValue(undo);
        var request = new DeclineRequest { Update = name, Undo = !declined, RequestedBy = session.User, WhatIf = arguments.GetValue(whatIf) };
        var response = await session.AskAsync(session.Admin.DeclineAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, "decline", response.Changed, response.Effects);
        var position = PositionDocument.From(response.Position);
        return session.Output.Write(new DeclinedDocument(name, declined, response.Changed, response.ApprovalsRemoved, position), console =>
        {
            var what = declined ? "declined" : "no longer declined";
            var approvals = response.ApprovalsRemoved > 0 ? $"; {response.ApprovalsRemoved} approvals went with it" : "";
            console.WriteLine($"{name} is {what}{(response.Changed ? "" : ", as it was before")}{approvals} (cursor {position}).");
        });
    }
}
