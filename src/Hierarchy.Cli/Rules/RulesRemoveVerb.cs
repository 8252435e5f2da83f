using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules remove`: an approval rule goes.</summary>
internal sealed class RulesRemoveVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The rule." };

    public RulesRemoveVerb()
        : base("remove", "Remove an approval rule. What it approved stays approved.", "hierarchy rules remove Definitions")
        => Add(name);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new RemoveApprovalRuleRequest { Rule = arguments.GetRequiredValue(name), RequestedBy = session.User };
        var response = await session.AskAsync(new RuleService.RuleServiceClient(session.Channel).RemoveApprovalRuleAsync, request);
        var document = new RuleDocument(RuleBody.From(response.Rule), Changed: true, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine($"Removed rule {document.Rule.Name} (cursor {document.Position}); what it approved stays approved."));
    }
}
