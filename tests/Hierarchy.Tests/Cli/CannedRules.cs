using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server with two rules, for the tests of the command line alone.</summary>
internal sealed class CannedRules : RuleService.RuleServiceBase
{
    private static readonly RelatedUpdate Old = new() { UpdateId = Id(1), Title = "Update [1]", KnowledgeBaseArticles = { "5013943" }, ApprovedFor = { "Pilot" } };
    private static readonly RelatedUpdate New = new() { UpdateId = Id(2), Title = "Update 2", ApprovedFor = { "Pilot", "Servers" } };

    /// <summary>The last request.</summary>
    public IMessage? Request { get; private set; }

    public override Task<ListApprovalRulesResponse> ListApprovalRules(ListApprovalRulesRequest request, ServerCallContext context) =>
        Answer(request, new ListApprovalRulesResponse { Rules = { Rule() }, NotRun = "This server is a replica and decides nothing." });

    public override Task<AddApprovalRuleResponse> AddApprovalRule(AddApprovalRuleRequest request, ServerCallContext context) =>
        Answer(request, new AddApprovalRuleResponse { Rule = Rule(), Position = At(30) });

    public override Task<ChangeApprovalRuleResponse> ChangeApprovalRule(ChangeApprovalRuleRequest request, ServerCallContext context) =>
        Answer(request, new ChangeApprovalRuleResponse { Rule = Rule(), Changed = true, Position = At(31) });

    public override Task<RemoveApprovalRuleResponse> RemoveApprovalRule(RemoveApprovalRuleRequest request, ServerCallContext context) =>
        Answer(request, new RemoveApprovalRuleResponse { Rule = Rule(), Position = At(32) });

    public override async Task RunApprovalRules(RunApprovalRulesRequest request, IServerStreamWriter<RunApprovalRulesProgress> responseStream, ServerCallContext context)
    {
        Request = request;
        await responseStream.WriteAsync(new RunApprovalRulesProgress { Done = 1, Total = 2 });
        await responseStream.WriteAsync(new RunApprovalRulesProgress
        {
            Done = 2,
            Total = 2,
            Finished = new RuleOutcome
            {
                Updates = 1,
                Approvals = 1,
                Rules =
                {
                    new RuleResult
                    {
                        Rule = "Definitions",
                        Approvals = 1,
                        Approved = { new RuleApproval { UpdateId = Id(1), Title = "Update [1]", Group = "Pilot" } },
                        Skipped = { new RuleSkipped { Reason = RuleSkipReason.EulaNotAccepted, Count = 2, Example = "Update 2: it has a [licence]." } },
                    },
                },
            },
            Position = request.WhatIf ? null : At(33),
        });
    }

    public override Task<ListDeclineRulesResponse> ListDeclineRules(ListDeclineRulesRequest request, ServerCallContext context) =>
        Answer(request, new ListDeclineRulesResponse { Rules = { Decline() } });

    public override Task<AddDeclineRuleResponse> AddDeclineRule(AddDeclineRuleRequest request, ServerCallContext context) => Answer(request, new AddDeclineRuleResponse { Rule = Decline(), Position = At(34) });

    public override Task<ChangeDeclineRuleResponse> ChangeDeclineRule(ChangeDeclineRuleRequest request, ServerCallContext context) =>
        Answer(request, new ChangeDeclineRuleResponse { Rule = Decline(), Changed = true, Position = At(35) });

    public override Task<RemoveDeclineRuleResponse> RemoveDeclineRule(RemoveDeclineRuleRequest request, ServerCallContext context) =>
        Answer(request, new RemoveDeclineRuleResponse { Rule = Decline(), Position = At(36) });

    public override async Task RunDeclineRules(RunDeclineRulesRequest request, IServerStreamWriter<RunDeclineRulesProgress> responseStream, ServerCallContext context)
    {
        Request = request;
        await responseStream.WriteAsync(new RunDeclineRulesProgress
        {
            Done = 1,
            Total = 1,
            Finished = new DeclineOutcome
            {
                Declined = 1,
                ApprovalsRemoved = 1,
                Kept = { [(int)DeclineVerdict.Needed] = 3 },
                Candidates = { new DeclineCandidate { Update = Superseded(), Verdict = DeclineVerdict.Decline, Rule = "Superseded" } },
            },
            Position = request.WhatIf ? null : At(37),
        });
    }

    public override Task<ListSupersededUpdatesResponse> ListSupersededUpdates(ListSupersededUpdatesRequest request, ServerCallContext context) =>
        Answer(request, new ListSupersededUpdatesResponse { Updates = { Superseded() }, Total = 5 });

    private static ApprovalRule Rule() => new()
    {
        Record = new ApprovalRuleRecord
        {
            RuleId = Id(40), Name = "Definitions", On = true, Order = 1, ClassificationIds = { Id(41) }, TitlePattern = "*Defender*", GroupIds = { Id(42), Id(43) }, Action = ApprovalAction.Install,
            Deadline = new RuleDeadline { Days = 7, MinuteOfDay = 185, Floating = true },
        },
        Classifications = { "Definition Updates" },
        Groups = { "Pilot", "Servers" },
    };

    private static DeclineRuleRecord Decline() => new() { RuleId = Id(44), Name = "Superseded", OlderThanDays = 30, EvenIfNotReplaced = true };

    private static SupersededUpdate Superseded() => new() { Update = Old, Needed = 4, SupersededBy = { new SupersedingUpdate { Update = New, Needed = 12, Last = true } } };

    private Task<T> Answer<T>(IMessage request, T answer)
    {
        Request = request;
        return Task.FromResult(answer);
    }

    private static Position At(long sequence) => new() { LogId = Id(0xA0), Epoch = 2, EpochId = Id(0xE0), Sequence = sequence };

    private static ByteString Id(byte last) => ByteString.CopyFrom(new Guid(0x01020304, 0x0506, 0x0708, 0, 0, 0, 0, 0, 0, 0, last).ToByteArray(bigEndian: true));
}
