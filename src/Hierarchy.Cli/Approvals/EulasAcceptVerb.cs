using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Approvals;

/// <summary>`eulas accept`: accepts licences for everyone.</summary>
internal sealed class EulasAcceptVerb : Verb
{
    private readonly Argument<string[]> eulas = new("LICENCE") { Description = "Ids of licences, or the beginnings of some (4 characters or more).", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> update = new("--update") { Description = "All licences of this update and of what it bundles: an id, the beginning of one, or a KB number.", HelpName = "UPDATE" };
    private readonly Option<bool> whatIf = WhatIf.Option();

    public EulasAcceptVerb()
        : base("accept", "Accept licences for all computers of the tree; that cannot be taken back.", "hierarchy eulas accept 0d3f8cd0", "hierarchy eulas accept --update KB5013943")
    {
        Add(eulas);
        Add(update);
        Add(whatIf);
        Validators.Add(result =>
        {
            if (result.GetValue(eulas) is not { Length: > 0 } && result.GetValue(update) is null) result.AddError("Name licences, or an update with --update. `hierarchy eulas list` lists them.");
        });
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new AcceptEulasRequest { Update = arguments.GetValue(update) ?? "", RequestedBy = session.User, WhatIf = arguments.GetValue(whatIf) };
        request.Eulas.Add(arguments.GetValue(eulas) ?? []);
        var response = await session.AskAsync(new ApprovalService.ApprovalServiceClient(session.Channel).AcceptEulasAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, "eulas accept", response.Changed > 0, response.Effects);
        var document = new EulasAcceptedDocument([.. response.EulaIds.Select(Wire.Guid)], response.Changed, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine(
            $"Accepted for everyone: {string.Join(", ", document.EulaIds)}{(document.Changed == 0 ? ", as before" : "")} (cursor {document.Position})."));
    }
}
