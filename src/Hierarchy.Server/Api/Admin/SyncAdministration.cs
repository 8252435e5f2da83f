using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Upstream;
using Hierarchy.WindowsUpdate.Upstream;
using SyncProgress = Hierarchy.Protocol.Admin.V1.SyncProgress;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Synchronizing with the upstream: started, watched and stopped here, run in the background.</summary>
internal sealed class SyncAdministration(DecisionDesk desk, SyncRunner? runner, SyncJournal? journal, TimeProvider time)
{
    private const int MostRuns = 20;
    private const int MostMissing = 1000;
    private const int MostImports = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    public Task RunAsync(RunSyncRequest request, IServerStreamWriter<SyncProgress> responses, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var run = request.WatchOnly
            ? runner!.Current ?? throw Refusal.Precondition("No synchronization is running. `hierarchy sync run` starts one.") // An authority has a runner.
            : Start(new SyncRequest(request.CategoriesOnly ? SyncReason.Categories : SyncReason.Manual, request.RequestedBy));
        return WatchAsync(run, responses, cancellationToken);
    }

    public async Task RetryAsync(RetryQuarantinedRequest request, IServerStreamWriter<SyncProgress> responses, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        if ((await journal!.ListQuarantinedAsync(cancellationToken)).Count == 0) throw Refusal.NotFound("No document is in quarantine."); // An authority has a journal.
        await WatchAsync(Start(new SyncRequest(SyncReason.Retry, request.RequestedBy)), responses, cancellationToken);
    }

    public Task ImportAsync(ImportUpdatesRequest request, IServerStreamWriter<SyncProgress> responses, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        if (request.UpdateIds.Count is 0 or > MostImports) throw Refusal.Invalid($"Name 1 to {MostImports} updates by their ids.");
        if (request.UpdateIds.Any(id => id.Length != 16)) throw Refusal.Invalid("An update id has 16 bytes.");
        var imports = request.UpdateIds.Select(id => Positions.Id(id, "update")).Distinct().ToArray();
        return WatchAsync(Start(new SyncRequest(SyncReason.Import, request.RequestedBy) { Imports = imports }), responses, cancellationToken);
    }

    public async Task<CancelSyncResponse> CancelAsync(CancelSyncRequest request, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var run = runner!.Current ?? throw Refusal.Precondition("No synchronization is running."); // An authority has a runner.
        run.Cancel(request.RequestedBy.Length == 0 ? "an administrator" : request.RequestedBy);
        await run.Completion.WaitAsync(cancellationToken);
        return new CancelSyncResponse { Run = run.Summary };
    }

    public async Task<ListSyncRunsResponse> HistoryAsync(ListSyncRunsRequest request, CancellationToken cancellationToken)
    {
        if (journal is null) desk.RequireRoot(); // A root that was superseded still tells what it did.
        if (request.Most is < 0 or > SyncJournal.KeptRuns) throw Refusal.Invalid($"The history holds the last {SyncJournal.KeptRuns} synchronizations.");
        var response = new ListSyncRunsResponse();
        response.Runs.Add(await journal!.ListRunsAsync(request.Most == 0 ? MostRuns : request.Most, cancellationToken)); // An authority has a journal.
        return response;
    }

    public async Task<GetSyncStatusResponse> StatusAsync(CancellationToken cancellationToken)
    {
        var response = new GetSyncStatusResponse { UpstreamUrl = runner?.Upstream.AbsoluteUri ?? "" };
        if (runner?.Current is { } run) response.Running = ToProto(run.Now);
        if (journal is not null)
        {
            response.Runs.Add(await journal.ListRunsAsync(MostRuns, cancellationToken));
            response.Quarantined.Add(await journal.ListQuarantinedAsync(cancellationToken));
        }

        response.MissingPrerequisites.Add(Missing(desk.View));
        return response;
    }

    private RunningSync Start(SyncRequest request) => runner!.TryStart(request) ?? throw Refusal.Exists(WhoRuns()); // An authority has a runner.

    private string WhoRuns()
    {
        if (runner!.Current?.Summary is not { } run) return "The server stops."; // Asked of an authority alone.
        var who = run.RequestedBy.Length > 0 ? $"by {run.RequestedBy}" : run.Reason == SyncReason.Scheduled ? "by the schedule" : "by an administrator";
        var started = run.StartedAt.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return $"A synchronization is running already, started {started} {who}. `hierarchy sync status` shows how far it is.";
    }

    private async Task WatchAsync(RunningSync run, IServerStreamWriter<SyncProgress> responses, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = run.Now;
            var progress = ToProto(state);
            if (state.IsFinished) progress.Finished = run.Summary;
            await responses.WriteAsync(progress, cancellationToken);
            if (state.IsFinished) return;
            await state.Superseded.Task.WaitAsync(cancellationToken);
            // People read this: ten lines a second are plenty, and the end is never held back by more than that.
            if (!run.IsFinished) await Task.Delay(Pace, time, cancellationToken);
        }
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

    private static SyncProgress ToProto(RunningSync.State state)
    {
        var progress = state.Progress;
        return new SyncProgress
        {
            Phase = progress.Phase switch
            {
                SyncPhase.Authorizing => "authorizing",
                SyncPhase.Configuring => "configuration",
                SyncPhase.ListingCategories or SyncPhase.FetchingCategories => "categories",
                SyncPhase.ListingUpdates or SyncPhase.FetchingUpdates => "updates",
                SyncPhase.FetchingBundled => "bundles",
                SyncPhase.FetchingImported => "imports",
                _ => "storing",
            },
            Done = progress.Done,
            Total = progress.Total,
            Bytes = progress.Bytes,
            Rate = state.Rate,
            Remaining = state.Rate > 0 && progress.Total > progress.Done
                ? Duration.FromTimeSpan(TimeSpan.FromSeconds(Math.Min((progress.Total - progress.Done) / state.Rate, TimeSpan.FromDays(365).TotalSeconds)))
                : null,
        };
    }
}
