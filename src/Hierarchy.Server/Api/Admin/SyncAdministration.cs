using Grpc.Core;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Upstream;
using Hierarchy.WindowsUpdate.Upstream;
using SyncProgress = Hierarchy.Protocol.Admin.V1.SyncProgress;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Synchronizing with the upstream: started and watched here, run in the background.</summary>
internal sealed class SyncAdministration(DecisionDesk desk, SyncRunner? runner, SyncJournal? journal, TimeProvider time)
{
    private const int MostRuns = 20;
    private const int MostMissing = 1000;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(RunSyncRequest request, IServerStreamWriter<SyncProgress> responses, CancellationToken cancellationToken)
    {
        desk.RequireAuthority();
        var run = request.WatchOnly
            ? runner!.Current ?? throw Refusal.Precondition("No synchronization is running. `hierarchy sync run` starts one.") // An authority has a runner.
            : runner!.TryStart() ?? throw Refusal.Exists("A synchronization is running already. `hierarchy sync status` shows how far it is.");
        while (true)
        {
            var state = run.Now;
            var progress = ToProto(state.Progress);
            if (state.IsFinished) progress.Finished = run.Summary;
            await responses.WriteAsync(progress, cancellationToken);
            if (state.IsFinished) return;
            await state.Superseded.Task.WaitAsync(cancellationToken);
            // People read this: ten lines a second are plenty, and the end is never held back by more than that.
            if (!run.IsFinished) await Task.Delay(Pace, time, cancellationToken);
        }
    }

    public async Task<GetSyncStatusResponse> StatusAsync(CancellationToken cancellationToken)
    {
        var response = new GetSyncStatusResponse { UpstreamUrl = runner?.Upstream.AbsoluteUri ?? "" };
        if (runner?.Current is { } run) response.Running = ToProto(run.Now.Progress);
        if (journal is not null)
        {
            response.Runs.Add(await journal.ListRunsAsync(MostRuns, cancellationToken));
            response.Quarantined.Add(await journal.ListQuarantinedAsync(cancellationToken));
        }

        response.MissingPrerequisites.Add(Missing(desk.View));
        return response;
    }

    private static IEnumerable<MissingPrerequisite> Missing(ServedView view)
    {
        var named = new Dictionary<Guid, int>();
        foreach (var update in view.Updates.Values)
            if (update.Latest is { } latest)
                foreach (var id in latest.Prerequisites.SelectMany(clause => clause.AnyOf).Distinct())
                    if (view.Updates.GetValueOrDefault(id)?.Latest is null)
                        named[id] = named.GetValueOrDefault(id) + 1;
        return named.OrderByDescending(missing => missing.Value).ThenBy(missing => missing.Key).Take(MostMissing)
            .Select(missing => new MissingPrerequisite { UpdateId = Positions.Id(missing.Key), NamedBy = missing.Value });
    }

    private static SyncProgress ToProto(WindowsUpdate.Upstream.SyncProgress progress) => new()
    {
        Phase = progress.Phase switch
        {
            SyncPhase.Authorizing => "authorizing",
            SyncPhase.Configuring => "configuration",
            SyncPhase.ListingCategories or SyncPhase.FetchingCategories => "categories",
            SyncPhase.ListingUpdates or SyncPhase.FetchingUpdates => "updates",
            SyncPhase.FetchingBundled => "bundles",
            _ => "storing",
        },
        Done = progress.Done,
        Total = progress.Total,
        Bytes = progress.Bytes,
    };
}
