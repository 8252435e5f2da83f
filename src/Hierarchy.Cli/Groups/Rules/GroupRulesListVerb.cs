using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups.Rules;

/// <summary>`groups rules list`: rules that put computers into groups.</summary>
internal sealed class GroupRulesListVerb() : Verb("list", "List the rules, with how many known computers each holds for.", "hierarchy groups rules list")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new GroupService.GroupServiceClient(session.Channel).ListGroupRulesAsync, new ListGroupRulesRequest());
        var document = new GroupRuleListDocument(TargetingText.Of(response.Targeting), [.. response.Rules.Select(GroupRuleBody.From)]);
        return session.Output.Write(document, console =>
        {
            if (document.Targeting == "client") console.WriteLine(TargetingText.Sentence(document.Targeting));
            if (document.Rules.Count == 0)
            {
                console.WriteLine("There is no rule. `hierarchy groups rules add --help` says how to make one.");
                return;
            }

            var table = session.Output.Table("RULE", "GROUP", "COMPUTERS", "WHERE");
            foreach (var rule in document.Rules) table.AddTextRow(rule.Name, rule.Group, Human.Count(rule.Computers), rule.NotUnderstood ? "(made by a later version: it holds for nobody here)" : rule.Conditions);
            console.Write(table);
        });
    }
}
