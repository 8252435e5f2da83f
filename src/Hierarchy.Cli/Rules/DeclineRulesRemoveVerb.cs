using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules declines remove`: a decline rule goes.</summary>
internal sealed class DeclineRulesRemoveVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The rule." };

    public DeclineRulesRemoveVerb()
        : base("remove", "Remove a rule that declines superseded updates. What it declined stays declined.", "hierarchy rules declines remove Superseded")
        => Add(name);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new RemoveDeclineRuleRequest { Rule = arguments.GetRequiredValue(name), RequestedBy = session.User };
        var response = await session.AskAsync(new RuleService.RuleServiceClient(session.Channel).RemoveDeclineRuleAsync, request);
        var document = new DeclineRuleDocument(DeclineRuleBody.From(response.Rule), Changed: true, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine($"Removed rule {document.Rule.Name} (cursor {document.Position}); what it declined stays declined."));
    }
}
