using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Policies;

/// <summary>`policy show`: what is decided, or what holds for a group or a computer and which group says so.</summary>
internal sealed class PolicyShowVerb : Verb
{
    private readonly Option<string?> group = new("--group") { Description = "What holds for computers that are in this group alone.", HelpName = "NAME" };
    private readonly Option<string?> computer = new("--computer") { Description = "What holds for this computer: its name, its id, or the beginning of its id.", HelpName = "NAME" };

    public PolicyShowVerb()
        : base("show", "Show how computers behave, and which group says so.", "hierarchy policy show", "hierarchy policy show --group Pilot", "hierarchy policy show --computer pc-1")
    {
        Add(group);
        Add(computer);
        Validators.Add(result =>
        {
            if (result.GetResult(group) is not null && result.GetResult(computer) is not null) result.AddError("Name either --group or --computer.");
        });
    }

    public override IReadOnlyList<string> Details => ["Without either: what is decided, group by group."];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var client = new PolicyService.PolicyServiceClient(session.Channel);
        var request = new GetPolicyRequest { Group = arguments.GetValue(group) ?? "", Computer = arguments.GetValue(computer) ?? "" };
        if (request.Group.Length + request.Computer.Length == 0) return Write(session, await session.AskAsync(client.ListPoliciesAsync, new ListPoliciesRequest()));

        var response = await session.AskAsync(client.GetPolicyAsync, request);
        var document = new PolicyDocument(
            Wire.NullIfEmpty(response.Group), Wire.NullIfEmpty(response.ComputerId), Wire.NullIfEmpty(response.Computer), [.. response.Groups], [.. response.Values.Select(PolicyValueBody.From)]);
        return session.Output.Write(document, console =>
        {
            if (document.Computer is not null) console.WriteLine($"{document.Computer} is in {string.Join(", ", document.Groups)}.");
            var table = session.Output.Table("FIELD", "VALUE", "SAID BY");
            foreach (var value in document.Values) table.AddTextRow(value.Field, value.Value, value.Group ?? "(default)");
            console.Write(table);
        });
    }

    private static int Write(Session session, ListPoliciesResponse response)
    {
        var document = new PolicyListDocument([.. response.Policies.Select(policy => new GroupPolicyBody(Wire.Guid(policy.GroupId), policy.Group, [.. policy.Values.Select(PolicyValueBody.From)]))]);
        return session.Output.Write(document, console =>
        {
            if (document.Policies.Count == 0)
            {
                console.WriteLine("Nothing is decided: agents install at once what they find. `hierarchy policy set --help` says what can be.");
                return;
            }

            var table = session.Output.Table("GROUP", "FIELD", "VALUE");
            foreach (var policy in document.Policies)
                foreach (var value in policy.Values) table.AddTextRow(policy.Group, value.Field, value.Value);
            console.Write(table);
        });
    }
}
