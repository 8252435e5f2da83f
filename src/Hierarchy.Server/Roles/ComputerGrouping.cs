using Hierarchy.Domain;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Roles;

/// <summary>Keeps the counts of statuses in the groups that computers are in: a computer is looked at when it reports, and all of them when groups, assignments, rules, the sites that rules ask for, or who decides about them change.</summary>
internal sealed partial class ComputerGrouping(ViewPublisher views, IReportStore reports, TimeProvider time, ILogger<ComputerGrouping> logger) : BackgroundService
{
    private const int ComputersAtOnce = 500;

    // Many changes of groups come together, and one look serves them all.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    /// <summary>What the newest view says of a computer, for the store's writer.</summary>
    public static ComputerGroups By(ViewPublisher views) => report => views.Current.Checkpoint is null ? null : views.View.DirectGroupsOf(ComputerFacts.Of(report));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ServedView? seen = null;
        while (true)
        {
            var current = views.Current;
            try
            {
                if (current.Checkpoint is not null && (seen is null || !current.View.PlacesAs(seen)))
                {
                    await RegroupAsync(current.View, stoppingToken);
                    seen = current.View;
                }
            }
            catch (Exception exception) when (exception is UnavailableException or IntegrityException)
            {
                Log.Failed(logger, exception.Message);
                await Task.Delay(AfterFailure, time, stoppingToken);
                continue;
            }

            await current.Superseded.Task.WaitAsync(stoppingToken);
            await Task.Delay(Settling, time, stoppingToken);
        }
    }

    private async Task RegroupAsync(ServedView view, CancellationToken cancellationToken)
    {
        var moved = new List<string>();
        foreach (var computer in await reports.ListComputersAsync(cancellationToken))
            if (!view.DirectGroupsOf(ComputerFacts.Of(computer.Report)).AsSpan().SequenceEqual(computer.Groups.ToArray()))
                moved.Add(computer.Report.ComputerId);
        foreach (var part in moved.Chunk(ComputersAtOnce))
            await reports.RegroupAsync(part, cancellationToken);
        if (moved.Count > 0) Log.Regrouped(logger, moved.Count);
    }

    private static partial class Log
    {
        [LoggerMessage(1760, LogLevel.Debug, "{Count} computers are counted in other groups than before.")]
        public static partial void Regrouped(ILogger logger, int count);

        [LoggerMessage(1761, LogLevel.Warning, "Counting statuses in the groups of now failed and is tried again: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
