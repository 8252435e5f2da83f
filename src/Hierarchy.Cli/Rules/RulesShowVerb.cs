using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules show`: one approval rule.</summary>
internal sealed class RulesShowVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The rule." };

    public RulesShowVerb()
        : base("show", "Show one approval rule.", "hierarchy rules show Definitions")
        => Add(name);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var wanted = arguments.GetRequiredValue(name).Trim();
        var response = await session.AskAsync(new RuleService.RuleServiceClient(session.Channel).ListApprovalRulesAsync, new ListApprovalRulesRequest());
        var rule = response.Rules.FirstOrDefault(rule => string.Equals(rule.Record.Name, wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new CommandFailedException("not_found", $"There is no approval rule '{wanted}'.", "hierarchy rules list");
        var document = new RuleDocument(RuleBody.From(rule), Changed: null, Position: null);
        return session.Output.Write(document, console => RuleText.Write(console, document.Rule));
    }
}
