using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Takes sites and links from a table: nothing unless all of it can be taken, and what is there already changes nothing.</summary>
internal sealed class NetworkImport(DecisionDesk desk)
{
    private const int MaxRows = 100_000;

    // A transaction of the log holds 4 MiB; a subnet takes 50 bytes at most.
    private const int MaxSubnets = 40_000;

    public async Task<ImportNetworkResponse> ImportAsync(ImportNetworkRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        if (request.Subnets.Count > MaxRows || request.Links.Count > MaxRows) throw Refusal.Invalid($"A table has at most {MaxRows} rows; divide it.");
        if (request.WhatIf) return new NetworkPlan(desk.View, request).Response;
        ImportNetworkResponse? response = null;
        while (true)
        {
            // Planned anew for each transaction: what the one before has made is there, and another administrator may have decided in between.
            var isLast = false;
            var outcome = await desk.DecideAsync<ImportNetworkResponse>(
                new DecisionIntent("sites import"),
                view =>
                {
                    var plan = new NetworkPlan(view, request);
                    var changes = plan.Response.Problems.Count > 0 ? [] : Next(plan.Changes);
                    isLast = changes.Count == plan.Changes.Count || plan.Response.Problems.Count > 0;
                    return (plan.Response, changes);
                },
                cancellationToken);
            response ??= outcome.Result;
            if (outcome.Result.Problems.Count > 0) return outcome.Result;
            if (!isLast) continue;
            response.Position = outcome.Position?.ToProto();
            return response;
        }
    }

    private static List<Change> Next(IReadOnlyList<(Change Change, int Subnets)> changes)
    {
        var (next, subnets) = (new List<Change>(), 0);
        foreach (var (change, weight) in changes)
        {
            subnets += weight;
            if (next.Count > 0 && (next.Count == DecisionDesk.MostChanges || subnets > MaxSubnets)) break;
            next.Add(change);
        }

        return next;
    }
}
