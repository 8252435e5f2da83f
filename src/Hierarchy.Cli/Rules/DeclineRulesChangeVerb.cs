using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules declines add` and `rules declines set`: makes a decline rule, or changes it.</summary>
internal sealed class DeclineRulesChangeVerb : Verb
{
    private readonly bool isChange;
    private readonly Argument<string> name = new("NAME") { Description = "What the rule is called." };
    private readonly DeclineRuleOptions options;

    private DeclineRulesChangeVerb(bool isChange)
        : base(
            isChange ? "set" : "add",
            isChange ? "Change a rule that declines superseded updates: what is not said stays." : "Say which superseded updates are to be declined.",
            isChange ? ["hierarchy rules declines set Superseded --on", "hierarchy rules declines set Superseded --older-than 90d"]
                : ["hierarchy rules declines add Superseded", "hierarchy rules declines add Definitions --older-than 7d --even-if-needed on --on"])
    {
        this.isChange = isChange;
        Add(name);
        options = new DeclineRuleOptions(this, isChange);
    }

    public static DeclineRulesChangeVerb ForNew() => new(isChange: false);

    public static DeclineRulesChangeVerb ForPresent() => new(isChange: true);

    public override IReadOnlyList<string> Details =>
    [
        "An update goes when a live one replaces it, it has been here for so long since it first arrived, no computer needs it, and what replaces it is approved wherever it is",
        "approved itself (or anywhere, where it is approved nowhere). Never what is to be uninstalled somewhere, and never what another live update brings.",
        "Its approvals go with it; `hierarchy decline UPDATE --undo` takes one back. Declines are signed `rule: NAME`.",
        "As in WSUS nothing is declined by itself: a rule is off until you say --on. Look first: hierarchy rules declines run NAME --what-if",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var client = new RuleService.RuleServiceClient(session.Channel);
        var (rule, settings) = (arguments.GetRequiredValue(name), options.Read(arguments));
        DeclineRuleDocument document;
        if (isChange)
        {
            var changed = await session.AskAsync(client.ChangeDeclineRuleAsync, new ChangeDeclineRuleRequest { Rule = rule, Settings = settings, RequestedBy = session.User });
            document = new DeclineRuleDocument(DeclineRuleBody.From(changed.Rule), changed.Changed, PositionDocument.From(changed.Position));
        }
        else
        {
            var added = await session.AskAsync(client.AddDeclineRuleAsync, new AddDeclineRuleRequest { Name = rule, Settings = settings, RequestedBy = session.User });
            document = new DeclineRuleDocument(DeclineRuleBody.From(added.Rule), Changed: true, PositionDocument.From(added.Position));
        }

        return session.Output.Write(document, console =>
        {
            console.WriteLine(document.Changed == false ? "It was so before." : $"{(isChange ? "Changed" : "Added")} (cursor {document.Position}).");
            console.Write(Output.Facts(
                ("Rule", $"{document.Rule.Name} ({document.Rule.RuleId})"),
                ("State", document.Rule.On ? "on: it runs after each synchronization" : "off: it runs only when somebody says so"),
                ("Older than", $"{document.Rule.OlderThanDays} days"),
                ("Even if needed", Human.YesNo(document.Rule.EvenIfNeeded)),
                ("Even if not replaced", Human.YesNo(document.Rule.EvenIfNotReplaced))));
        });
    }
}
