using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules add`: new updates are approved by themselves.</summary>
internal sealed class RulesAddVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "What the rule is called." };
    private readonly RuleOptions options;

    public RulesAddVerb()
        : base(
            "add", "Approve new updates by themselves: which ones, for which groups.",
            "hierarchy rules add Definitions --classification \"Definition Updates\" --group \"All Computers\"",
            "hierarchy rules add \"Windows, pilot first\" --classification \"Critical Updates\" \"Security Updates\" --product Windows --group Pilot --deadline +3d@03:00 --floating",
            "hierarchy rules add \"Default Automatic Approval Rule\" --classification \"Critical Updates\" \"Security Updates\" --group \"All Computers\" --off")
    {
        Add(name);
        options = new RuleOptions(this, isChange: false);
    }

    public override IReadOnlyList<string> Details =>
    [
        "A rule looks at updates that come after it was made, at the end of each synchronization; a new revision of an update that was here is not new.",
        "For what is here already: `hierarchy rules run NAME --what-if`, then without --what-if.",
        "Of the rules that match an update, the first one that names a group decides for that group. What is decided for a group already stays, whoever decided it.",
        "Skipped, and said so: updates that are declined or withdrawn, whose licence nobody accepted (hierarchy eulas list --not-accepted), that may ask the user something where",
        "the rule has a deadline, or that need what is to be removed. Superseded updates are approved like others, as WSUS does: see `hierarchy rules declines`.",
        "Approvals are signed `rule: NAME`. Rules replicate; the root runs them, and an autonomous server its own.",
        "No rule comes with the server. That of WSUS, which is off there too, is the last example: switch it on with `hierarchy rules set \"Default Automatic Approval Rule\" --on`.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new AddApprovalRuleRequest { Name = arguments.GetRequiredValue(name), Settings = options.Read(arguments), RequestedBy = session.User };
        var response = await session.AskAsync(new RuleService.RuleServiceClient(session.Channel).AddApprovalRuleAsync, request);
        var document = new RuleDocument(RuleBody.From(response.Rule), Changed: true, PositionDocument.From(response.Position));
        return session.Output.Write(document, console =>
        {
            console.WriteLine($"Added (cursor {document.Position}). It is about what synchronizations bring from now on; for what is here: hierarchy rules run \"{document.Rule.Name}\" --what-if");
            RuleText.Write(console, document.Rule);
        });
    }
}
