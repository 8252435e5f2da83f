using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups.Rules;

/// <summary>`groups rules test`: which rules hold for a computer, and why others do not.</summary>
internal sealed class GroupRulesTestVerb : Verb
{
    private readonly Argument<string> computer = new("COMPUTER") { Description = "Its id, the beginning of it, or its name." };

    public GroupRulesTestVerb()
        : base("test", "Say which rules hold for a computer, and why others do not.", "hierarchy groups rules test pc-17")
        => Add(computer);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new GroupService.GroupServiceClient(session.Channel).TestGroupRulesAsync, new TestGroupRulesRequest { Computer = arguments.GetRequiredValue(computer) });
        var document = new GroupRulesTestedDocument(
            response.ComputerId, response.Computer, response.Site.Length == 0 ? null : response.Site, TargetingText.Of(response.Targeting), [.. response.Rules.Select(TestedRuleBody.From)],
            [.. response.Places.Select(GroupPlaceBody.From)]);
        return session.Output.Write(document, console =>
        {
            if (document.Targeting == "client") console.WriteLine(TargetingText.Sentence(document.Targeting));
            console.WriteLine($"{document.Computer} is in {string.Join(", ", document.Places.Select(place => place.Sentence))}.");
            var table = session.Output.Table("RULE", "GROUP", "HOLDS", "BECAUSE");
            foreach (var rule in document.Rules) table.AddTextRow(rule.Name, rule.Group, rule.Holds ? "yes" : "no", string.Join("; ", rule.Unmet));
            if (document.Rules.Count > 0) console.Write(table);
        });
    }
}
