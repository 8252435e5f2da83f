using Grpc.Core;
using Hierarchy.Content;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Retention;
using Hierarchy.Content.Store;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.Distribution;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Api.Admin;
using static Hierarchy.Server.Api.Admin.AdminDoor;

namespace Hierarchy.Server.Content;

/// <summary>Answers for the content of this server, and for what is decided about content.</summary>
internal sealed class ContentServiceEndpoint(
    ContentPolicyAdministration policies, ContentStatusSampler status, DecisionDesk desk, ContentStore store, ContentFetcher fetcher, ContentPlans plans, ContentPruner pruner, IContentCatalog catalog, TimeProvider time)
    : ContentService.ContentServiceBase
{
    private const int MostUpdates = 1000;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    public override Task<GetContentPolicyResponse> GetContentPolicy(GetContentPolicyRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(policies.Get(request));
    }

    public override Task<SetContentPolicyResponse> SetContentPolicy(SetContentPolicyRequest request, ServerCallContext context)
    {
        Guard(context);
        return policies.SetAsync(request, context.CancellationToken);
    }

    public override Task<GetContentStatusResponse> GetContentStatus(GetContentStatusRequest request, ServerCallContext context)
    {
        Guard(context);
        return Task.FromResult(status.Sample(request));
    }

    public override async Task VerifyContent(VerifyContentRequest request, IServerStreamWriter<VerifyContentProgress> responseStream, ServerCallContext context)
    {
        Guard(context);
        using var pump = new ProgressPump<VerifyContentProgress>(responseStream.WriteAsync, time);
        var latest = new VerifyProgress(0, 0, 0, 0, 0);
        var progress = new Reported(now => pump.Report(Describe(latest = now)));
        var names = plans.Current.Files.ToDictionary(planned => planned.File.Sha1, planned => planned.File.Name);
        var result = await pump.RunAsync(
            async stop => request.Repair ? await fetcher.RepairAsync(catalog, stop, progress) : new RepairResult(await store.VerifyAsync(stop, progress), new PrefetchResult(0, 0, [])),
            context.CancellationToken);

        var last = Describe(latest);
        last.Finished = true;
        last.Repaired = result.Fetched.Fetched;
        var failed = result.Fetched.Failed.ToDictionary(failure => failure.File.Sha1, failure => failure.Reason);
        last.DamagedFiles.Add(result.Damaged.Select(file => new DamagedContent
        {
            Sha1 = ContentStatusSampler.Bytes(file.Sha1),
            Name = catalog.Find(file.Sha1)?.Name ?? names.GetValueOrDefault(file.Sha1, ""),
            Size = file.Size,
            Outcome = failed.TryGetValue(file.Sha1, out var reason) ? reason : store.Find(file.Sha1) is not null ? "fetched again" : "put aside",
        }));
        await responseStream.WriteAsync(last, context.CancellationToken);
    }

    public override async Task<PruneContentResponse> PruneContent(PruneContentRequest request, ServerCallContext context)
    {
        Guard(context);
        return ContentStatusSampler.Describe(await pruner.PruneAsync(request.WhatIf, context.CancellationToken));
    }

    public override async Task PrefetchContent(PrefetchContentRequest request, IServerStreamWriter<PrefetchContentProgress> responseStream, ServerCallContext context)
    {
        Guard(context);
        if (request.Updates.Count > MostUpdates) throw Refusal.Invalid($"Name at most {MostUpdates} updates at once.");
        var files = request.Updates.Count > 0 ? FilesOf(request.Updates) : [.. plans.Current.Files.Where(planned => planned.Policy != FetchPolicy.Never).Select(planned => planned.File)];
        var total = files.Sum(file => file.Size);
        var fetching = fetcher.PrefetchAsync(files, context.CancellationToken);
        while (!fetching.IsCompleted)
        {
            await responseStream.WriteAsync(Progress(files, total), context.CancellationToken);
            await Task.WhenAny(fetching, Task.Delay(Pace, time, context.CancellationToken));
        }

        var result = await fetching;
        var last = Progress(files, total);
        last.Finished = true;
        (last.Present, last.Fetched) = (result.Present, result.Fetched);
        last.Failures.Add(result.Failed.Select(ContentStatusSampler.Describe));
        await responseStream.WriteAsync(last, context.CancellationToken);
    }

    /// <summary>Approved or not: who names an update wants its files.</summary>
    private ContentFile[] FilesOf(IEnumerable<string> updates)
    {
        var view = desk.View;
        var rules = plans.Current.Rules;
        return
        [
            .. updates.Select(text => UpdateFinder.Find(view, text)).SelectMany(update => WantedFiles.All(view, update.Latest!)) // Found updates have a revision.
                .Where(file => WantedFiles.IsWanted(view, rules, file)).Select(ContentFile.From).DistinctBy(file => file.Sha1),
        ];
    }

    private PrefetchContentProgress Progress(ContentFile[] files, long total)
    {
        var progress = new PrefetchContentProgress { FilesTotal = files.Length, BytesTotal = total };
        var arriving = fetcher.Transfers.ToDictionary(transfer => transfer.File.Sha1, transfer => transfer.Received);
        foreach (var file in files)
        {
            var isHere = store.Contains(file);
            if (isHere) progress.FilesDone++;
            progress.BytesDone += isHere ? file.Size : arriving.GetValueOrDefault(file.Sha1);
        }

        return progress;
    }

    private static VerifyContentProgress Describe(VerifyProgress progress) => new()
    {
        FilesDone = progress.FilesDone,
        FilesTotal = progress.FilesTotal,
        BytesDone = progress.BytesDone,
        BytesTotal = progress.BytesTotal,
        Damaged = progress.Damaged,
    };

    /// <summary>Reports at once: the base library's own does it later, elsewhere.</summary>
    private sealed class Reported(Action<VerifyProgress> report) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => report(value);
    }
}
