using System.Diagnostics;
using Hierarchy.Domain.Changes;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;

namespace Hierarchy.Benchmarks.Storage;

/// <summary>The stores alone: a mirror filled from nothing beside the bare inserts of the same rows, an authority's commits, reports. Medians of three, taken in turns.</summary>
internal static class StorageBenchmark
{
    private const int Records = 50_000;
    private const int PayloadSize = 2_000;
    private const int PageSize = 500;
    private const int Rounds = 3;

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var sample = SampleLog.Create(Records, PayloadSize);
        var pages = sample.Records.Chunk(PageSize).ToArray();
        var (bare, mirror) = (new double[Rounds], new double[Rounds]);
        await Console.Error.WriteLineAsync($"storage: {Records} records of about {PayloadSize} bytes, {BareInsert.Description(Options(folder, "bare"))}");
        for (var round = 0; round < Rounds; round++)
        {
            bare[round] = BareInsert.Run(Options(folder, $"bare{round}"), pages).TotalSeconds;
            mirror[round] = await FillMirrorAsync(Options(folder, $"mirror{round}"), pages, sample.Checkpoint, cancellationToken);
        }

        figures.Add("storage_bare_insert", Median(bare), "s");
        figures.Add("storage_mirror", Median(mirror), "s");
        figures.Add("storage_mirror_ratio", Median(mirror) / Median(bare), "x");
        await CommitAsync(figures, Options(folder, "authority"), sample.Records, cancellationToken);
    }

    private static async Task<double> FillMirrorAsync(SqliteStoreOptions options, ChangeRecord[][] pages, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        await using var mirror = SqliteMirrorLog.Open(options);
        var start = Stopwatch.GetTimestamp();
        await mirror.BeginStagingAsync(StagingMode.Snapshot, 0, cancellationToken);
        foreach (var page in pages)
            await mirror.StageAsync(page, page[^1].Sequence, checkpoint.Position.Sequence, cancellationToken);
        if (await mirror.FoldAsync(checkpoint, cancellationToken) != FoldResult.Folded) throw new InvalidOperationException("The mirror does not equal its source.");
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task CommitAsync(Figures figures, SqliteStoreOptions options, ChangeRecord[] records, CancellationToken cancellationToken)
    {
        await using var log = SqliteAuthorityLog.Open(options);
        var changes = records.Skip(1).Select(record => new Change(record.Kind, record.Key, record.Payload)).ToArray();
        var start = Stopwatch.GetTimestamp();
        foreach (var transaction in changes.Chunk(PageSize))
            await log.CommitAsync(transaction, cancellationToken);
        figures.Add("storage_authority_bulk", changes.Length / Stopwatch.GetElapsedTime(start).TotalSeconds, "records/s");

        var single = new double[1000];
        for (var i = 0; i < single.Length; i++)
        {
            start = Stopwatch.GetTimestamp();
            await log.CommitAsync([changes[i] with { Payload = changes[i].Key }], cancellationToken);
            single[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        figures.Add("storage_commit_p50", Median(single), "ms");
        figures.Add("storage_commit_p99", single.Order().ElementAt(single.Length * 99 / 100), "ms");

        start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 4000).Select(i => Task.Run(async () => await log.CommitAsync([changes[i] with { Kind = 77 }], cancellationToken), cancellationToken)));
        figures.Add("storage_commits_shared", 4000 / Stopwatch.GetElapsedTime(start).TotalSeconds, "commits/s");

        start = Stopwatch.GetTimestamp();
        if (!(await log.AuditAsync(cancellationToken)).IsSound) throw new InvalidOperationException("The log does not equal its head.");
        figures.Add("storage_audit", log.Head.Count / Stopwatch.GetElapsedTime(start).TotalSeconds, "records/s");
    }

    private static SqliteStoreOptions Options(TemporaryFolder folder, string name) => new() { Path = folder[$"{name}.db"] };

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
