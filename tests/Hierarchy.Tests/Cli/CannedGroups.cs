using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server with a group that is in use, for the tests of the command line alone.</summary>
internal sealed class CannedGroups : GroupService.GroupServiceBase
{
    /// <summary>All requests, in order.</summary>
    public List<IMessage> Requests { get; } = [];

    /// <summary>Of every change.</summary>
    public GroupEffect Effect { get; set; } = new()
    {
        ApprovalsRemoved = 1, AssignmentsChanged = 2, Computers = 1200, ComputersUnassigned = 3, UpdatesChanged = 6, UpdatesBegun = 4, UpdatesEnded = 5,
    };

    public override Task<RenameGroupResponse> RenameGroup(RenameGroupRequest request, ServerCallContext context)
        => Answer(request, new RenameGroupResponse { Group = Group(request.NewName), Effect = Effect, Changed = true, Position = At(20, request.WhatIf) });

    public override Task<MoveGroupResponse> MoveGroup(MoveGroupRequest request, ServerCallContext context)
        => Answer(request, new MoveGroupResponse { Group = Group("Pilot"), Parent = request.Parent, Effect = Effect, Changed = true, Position = At(21, request.WhatIf) });

    public override Task<DeleteGroupResponse> DeleteGroup(DeleteGroupRequest request, ServerCallContext context)
        => Answer(request, new DeleteGroupResponse { Group = Group("Pilot"), Effect = Effect, Transactions = request.WhatIf ? 0 : 1, Position = At(11, request.WhatIf) });

    public override Task<GetTargetingResponse> GetTargeting(GetTargetingRequest request, ServerCallContext context)
        => Answer(request, new GetTargetingResponse { Targeting = Targeting.Either });

    public override Task<SetTargetingResponse> SetTargeting(SetTargetingRequest request, ServerCallContext context)
        => Answer(request, new SetTargetingResponse { Targeting = request.Targeting, Effect = Effect, Changed = true, Position = At(22, request.WhatIf) });

    public override Task<ListUnknownGroupsResponse> ListUnknownGroups(ListUnknownGroupsRequest request, ServerCallContext context) => Answer(request, new ListUnknownGroupsResponse
    {
        Targeting = Targeting.Client,
        Groups = { new UnknownGroup { Name = "Pilto", Computers = 2, Unassigned = 1, Examples = { "pc-1", "pc-2" } } },
    });

    public override Task<AddGroupRuleResponse> AddGroupRule(AddGroupRuleRequest request, ServerCallContext context)
        => Answer(request, new AddGroupRuleResponse { Rule = Rule(), Effect = Effect, ComputersJoined = 7, Position = At(23, request.WhatIf) });

    public override Task<ListGroupRulesResponse> ListGroupRules(ListGroupRulesRequest request, ServerCallContext context)
        => Answer(request, new ListGroupRulesResponse { Targeting = Targeting.Server, Rules = { Rule() } });

    public override Task<RemoveGroupRuleResponse> RemoveGroupRule(RemoveGroupRuleRequest request, ServerCallContext context)
        => Answer(request, new RemoveGroupRuleResponse { Rule = Rule(), Effect = Effect, ComputersLeft = 6, Position = At(24, request.WhatIf) });

    public override Task<TestGroupRulesResponse> TestGroupRules(TestGroupRulesRequest request, ServerCallContext context) => Answer(request, new TestGroupRulesResponse
    {
        ComputerId = "c0ffee",
        Computer = "pc-1",
        Site = "berlin",
        Targeting = Targeting.Either,
        Rules = { new TestedGroupRule { Name = "laptops", Group = "Pilot", Holds = true }, new TestedGroupRule { Name = "servers", Group = "Servers", Unmet = { "its model Latitude is none of ProLiant*" } } },
        Places = { new GroupPlace { Group = "Pilot", By = PlacedBy.Rule, Rule = "laptops" } },
    });

    private static GroupRule Rule() => new()
    {
        Record = new GroupRuleRecord
        {
            RuleId = Id(9), Name = "laptops", GroupId = Id(2), ComputerNames = { "lt-*" }, Subnets = { "10.1.0.0/16" }, Sites = { "berlin" }, OsVersions = { ">=10.0.22000" }, Models = { "Latitude*", "ThinkPad*" }, ConditionKinds = 5,
        },
        Group = "Pilot",
        Computers = 12,
    };

    private Task<T> Answer<T>(IMessage request, T answer)
    {
        Requests.Add(request);
        return Task.FromResult(answer);
    }

    private static TargetGroupRecord Group(string name) => new() { GroupId = Id(2), Name = name, ParentId = Id(3) };

    private static Position? At(long sequence, bool isWhatIf) => isWhatIf ? null : new() { LogId = Id(0xA0), Epoch = 2, EpochId = Id(0xE0), Sequence = sequence };

    private static ByteString Id(byte last) => ByteString.CopyFrom(new Guid(0x01020304, 0x0506, 0x0708, 0, 0, 0, 0, 0, 0, 0, last).ToByteArray(bigEndian: true));
}
