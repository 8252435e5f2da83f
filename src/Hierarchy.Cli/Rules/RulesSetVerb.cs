using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules set`: changes an approval rule.</summary>
internal sealed class RulesSetVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The rule." };
    private readonly RuleOptions options;

    public RulesSetVerb()
        : base(
            "set", "Change an approval rule: what is not said stays. What it approved before stays too.",
            "hierarchy rules set Definitions --off", "hierarchy rules set Definitions --order 1", "hierarchy rules set Definitions --group Pilot Servers --no-deadline")
    {
        Add(name);
        options = new RuleOptions(this, isChange: true);
    }

    public override IReadOnlyList<string> Details =>
    [
        "--group, --classification and --product take the place of those that the rule had. A rule that is switched on looks at what comes from then on.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new ChangeApprovalRuleRequest { Rule = arguments.GetRequiredValue(name), Settings = options.Read(arguments), RequestedBy = session.User };
        var response = await session.AskAsync(new RuleService.RuleServiceClient(session.Channel).ChangeApprovalRuleAsync, request);
        var document = new RuleDocument(RuleBody.From(response.Rule), response.Changed, PositionDocument.From(response.Position));
        return session.Output.Write(document, console =>
        {
            console.WriteLine(response.Changed ? $"Changed (cursor {document.Position})." : "It was so before.");
            RuleText.Write(console, document.Rule);
        });
    }
}
