using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules list`: approval rules in the order in which they decide.</summary>
internal sealed class RulesListVerb() : Verb("list", "List the approval rules in the order in which they decide.", "hierarchy rules list")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new RuleService.RuleServiceClient(session.Channel).ListApprovalRulesAsync, new ListApprovalRulesRequest());
        var document = new RuleListDocument([.. response.Rules.Select(RuleBody.From)], Wire.NullIfEmpty(response.NotRun));
        return session.Output.Write(document, console =>
        {
            if (document.Rules.Count == 0)
            {
                console.WriteLine("There is no approval rule. `hierarchy rules add --help` shows the one that WSUS comes with.");
                return;
            }

            var table = session.Output.Table("PLACE", "RULE", "STATE", "CLASSIFICATIONS", "PRODUCTS", "TITLE", "GROUPS", "ACTION", "DEADLINE");
            foreach (var rule in document.Rules)
                table.AddTextRow(
                    Human.Count(rule.Order), rule.Name, rule.On ? "on" : "off", RuleText.Any(rule.Classifications), RuleText.Any(rule.Products), rule.TitlePattern ?? "any",
                    string.Join(", ", rule.Groups.Select(group => group.Name)), rule.Action.Replace('_', ' '), RuleText.Deadline(rule));
            console.Write(table);
            if (document.NotRun is { } why) console.WriteLine($"They do not run at this server. {why}");
        });
    }
}
