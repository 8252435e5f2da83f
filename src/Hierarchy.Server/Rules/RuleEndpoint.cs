using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Api.Admin;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Rules;

/// <summary>The administrators' door to rules that decide by themselves.</summary>
internal sealed class RuleEndpoint(
    ApprovalRuleAdministration approvals, DeclineRuleAdministration declines, RuleRunner runner, SupersededDecliner decliner, SupersededReport superseded, TimeProvider time)
    : RuleService.RuleServiceBase
{
    public override Task<ListApprovalRulesResponse> ListApprovalRules(ListApprovalRulesRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(approvals.List());
    }

    public override Task<AddApprovalRuleResponse> AddApprovalRule(AddApprovalRuleRequest request, ServerCallContext context)
    {
        Guard(context);
        return approvals.AddAsync(request, context.CancellationToken);
    }

    public override Task<ChangeApprovalRuleResponse> ChangeApprovalRule(ChangeApprovalRuleRequest request, ServerCallContext context)
    {
        Guard(context);
        return approvals.ChangeAsync(request, context.CancellationToken);
    }

    public override Task<RemoveApprovalRuleResponse> RemoveApprovalRule(RemoveApprovalRuleRequest request, ServerCallContext context)
    {
        Guard(context);
        return approvals.RemoveAsync(request, context.CancellationToken);
    }

    public override async Task RunApprovalRules(RunApprovalRulesRequest request, IServerStreamWriter<RunApprovalRulesProgress> responseStream, ServerCallContext context)
    {
        Guard(context);
        using var pump = new ProgressPump<RunApprovalRulesProgress>(responseStream.WriteAsync, time);
        var last = new RunApprovalRulesProgress();
        var (tally, position, effects) = await pump.RunAsync(
            stop => runner.RunNowAsync(request.Rules, request.RequestedBy, request.WhatIf, (done, total) => pump.Report(last = new RunApprovalRulesProgress { Done = done, Total = total }), stop), context.CancellationToken);
        await pump.WriteAsync(
            new RunApprovalRulesProgress { Done = last.Done, Total = last.Total, Finished = tally.ToOutcome(), Position = position is { } at ? at.ToProto() : null, Effects = effects }, context.CancellationToken);
    }

    public override Task<ListDeclineRulesResponse> ListDeclineRules(ListDeclineRulesRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(declines.List());
    }

    public override Task<AddDeclineRuleResponse> AddDeclineRule(AddDeclineRuleRequest request, ServerCallContext context)
    {
        Guard(context);
        return declines.AddAsync(request, context.CancellationToken);
    }

    public override Task<ChangeDeclineRuleResponse> ChangeDeclineRule(ChangeDeclineRuleRequest request, ServerCallContext context)
    {
        Guard(context);
        return declines.ChangeAsync(request, context.CancellationToken);
    }

    public override Task<RemoveDeclineRuleResponse> RemoveDeclineRule(RemoveDeclineRuleRequest request, ServerCallContext context)
    {
        Guard(context);
        return declines.RemoveAsync(request, context.CancellationToken);
    }

    public override async Task RunDeclineRules(RunDeclineRulesRequest request, IServerStreamWriter<RunDeclineRulesProgress> responseStream, ServerCallContext context)
    {
        Guard(context);
        using var pump = new ProgressPump<RunDeclineRulesProgress>(responseStream.WriteAsync, time);
        var last = new RunDeclineRulesProgress();
        var (outcome, position, effects) = await pump.RunAsync(
            async stop =>
            {
                var (tally, before, at, would) = await decliner.RunAsync(request.Rules, request.RequestedBy, request.WhatIf, (done, total) => pump.Report(last = new RunDeclineRulesProgress { Done = done, Total = total }), stop);
                return (await tally.ToOutcomeAsync(before, superseded, stop), at, would);
            },
            context.CancellationToken);
        await pump.WriteAsync(
            new RunDeclineRulesProgress { Done = last.Done, Total = last.Total, Finished = outcome, Position = position is { } at ? at.ToProto() : null, Effects = effects }, context.CancellationToken);
    }

    public override Task<ListSupersededUpdatesResponse> ListSupersededUpdates(ListSupersededUpdatesRequest request, ServerCallContext context)
    {
        Guard(context);
        return superseded.ListAsync(request, context.CancellationToken);
    }
}
