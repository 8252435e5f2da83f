using System.CommandLine;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Policies;

/// <summary>`policy clear`: takes all decisions of a group's policy back.</summary>
internal sealed class PolicyClearVerb : Verb
{
    private readonly Option<string> group = new("--group") { Description = "The group.", HelpName = "NAME", Required = true };
    private readonly Option<bool> whatIf = new("--what-if") { Description = "Only say for how many computers something else would hold." };

    public PolicyClearVerb()
        : base("clear", "Take everything back that is decided for a group; what the groups above say holds.", "hierarchy policy clear --group Pilot", "hierarchy policy clear --group Pilot --what-if")
    {
        Add(group);
        Add(whatIf);
    }

    public override IReadOnlyList<string> Details => ["A single field goes with `policy set --group NAME --clear FIELD`."];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new SetPolicyRequest { Group = arguments.GetRequiredValue(group), ClearAll = true, RequestedBy = session.User, WhatIf = arguments.GetValue(whatIf) };
        return PolicySetVerb.Write(session, await session.AskAsync(new PolicyService.PolicyServiceClient(session.Channel).SetPolicyAsync, request), request.WhatIf);
    }
}
