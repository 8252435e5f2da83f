using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Rules;

/// <summary>`rules declines list`: decline rules by name.</summary>
internal sealed class DeclineRulesListVerb() : Verb("list", "List the rules that decline superseded updates.", "hierarchy rules declines list")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new RuleService.RuleServiceClient(session.Channel).ListDeclineRulesAsync, new ListDeclineRulesRequest());
        var document = new DeclineRuleListDocument([.. response.Rules.Select(DeclineRuleBody.From)], Wire.NullIfEmpty(response.NotRun));
        return session.Output.Write(document, console =>
        {
            if (document.Rules.Count == 0)
            {
                console.WriteLine("There is no decline rule. `hierarchy rules declines add --help` shows the one of WSUS's clean-up wizard.");
                return;
            }

            var table = session.Output.Table("RULE", "STATE", "OLDER THAN", "EVEN IF NEEDED", "EVEN IF NOT REPLACED");
            foreach (var rule in document.Rules)
                table.AddTextRow(rule.Name, rule.On ? "on" : "off", $"{rule.OlderThanDays} d", Human.YesNo(rule.EvenIfNeeded), Human.YesNo(rule.EvenIfNotReplaced));
            console.Write(table);
            if (document.NotRun is { } why) console.WriteLine($"They do not run at this server. {why}");
        });
    }
}
