using Hierarchy.Domain.Reports;

namespace Hierarchy.Server.Rules;

/// <summary>How many computers need updates, as far as this server knows of computers.</summary>
internal static class NeededCounts
{
    /// <summary>Computers that need it, have downloaded it, or failed to install it; updates that nobody needs are left out.</summary>
    public static async ValueTask<IReadOnlyDictionary<Guid, int>> OfAsync(IReportStore reports, IReadOnlyCollection<Guid> updateIds, CancellationToken cancellationToken)
    {
        var needed = new Dictionary<Guid, int>();
        foreach (var count in await reports.CountAsync(updateIds, cancellationToken))
            if (count.State is UpdateState.NotInstalled or UpdateState.Downloaded or UpdateState.Failed && count.Count > 0)
                needed[count.UpdateId] = needed.GetValueOrDefault(count.UpdateId) + count.Count;
        return needed;
    }
}
