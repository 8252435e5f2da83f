using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Api.Admin;
using ApprovalAction = Hierarchy.Domain.Approvals.ApprovalAction;

namespace Hierarchy.Server.Rules;

/// <summary>Updates that others replace, with what is approved and needed of both.</summary>
internal sealed class SupersededReport(DecisionDesk desk, IReportStore reports, TimeProvider time)
{
    private const int MostUpdates = 1000;
    private const int DefaultLimit = 100;

    public async Task<ListSupersededUpdatesResponse> ListAsync(ListSupersededUpdatesRequest request, CancellationToken cancellationToken)
    {
        if (request.Limit is < 0 or > MostUpdates) throw Refusal.Invalid($"At most 1 to {MostUpdates} updates are listed.");
        var view = desk.View;
        var superseded = new Domain.Approvals.Rules.DeclineJudge(view, time.GetUtcNow()).Superseded().Where(update => !request.ApprovedOnly || IsApproved(update)).ToArray();
        var shown = superseded.OrderByDescending(IsApproved).ThenBy(update => update.Latest!.Title, StringComparer.OrdinalIgnoreCase).ThenBy(update => update.UpdateId) // All have a revision.
            .Take(request.Limit == 0 ? DefaultLimit : request.Limit).ToArray();
        var response = new ListSupersededUpdatesResponse { Total = superseded.Length };
        response.Updates.Add(await DescribeAsync(view, shown, cancellationToken));
        return response;
    }

    /// <summary>These updates with what replaces them, counts of all at once.</summary>
    public async Task<IReadOnlyList<SupersededUpdate>> DescribeAsync(ServedView view, IReadOnlyList<UpdateEntry> updates, CancellationToken cancellationToken)
    {
        var superseders = updates.ToDictionary(update => update.UpdateId, update => view.Supersedence.SupersededBy(update.UpdateId));
        var needed = await NeededCounts.OfAsync(reports, [.. superseders.Keys.Concat(superseders.Values.SelectMany(ids => ids)).Distinct()], cancellationToken);
        return [.. updates.Select(update =>
        {
            var described = new SupersededUpdate { Update = SupersedenceWords.Related(view, [update.UpdateId]).Single(), Needed = needed.GetValueOrDefault(update.UpdateId) };
            described.SupersededBy.Add(superseders[update.UpdateId].Zip(SupersedenceWords.Related(view, superseders[update.UpdateId]), (id, related) => new SupersedingUpdate
            {
                Update = related,
                Needed = needed.GetValueOrDefault(id),
                Last = view.Supersedence.StateOf(id) == Domain.View.SupersedenceState.Supersedes,
            }));
            return described;
        })];
    }

    private static bool IsApproved(UpdateEntry update) => update.Approvals.Any(approval => approval.Action is ApprovalAction.Install or ApprovalAction.OptionalInstall);
}
