using System.Diagnostics;
using Grpc.Core;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Benchmarks.Latency;

/// <summary>
/// From an approval's commit at the root to its arrival in an agent's open stream, two replicas further down: three servers in processes of their own, one decision after the other has arrived. All clocks
/// are this machine's. Beside it, what the durable commits on the way cost by themselves.
/// </summary>
internal static class LatencyBenchmark
{
    private const int Rounds = 1000;
    private const int Warming = 20;
    private const int Commits = 300;
    private const string Group = "Pilot";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        await MeasureCommitsAsync(figures, cancellationToken);
        await using var tree = new TestTree("hierarchy-latency-");
        var upstream = tree.AddUpstream(new UpstreamNode.Catalog { Generated = 100 });
        await upstream.StartAsync(cancellationToken);
        var root = tree.AddServer("root", new ServerNode.Place { MicrosoftUpdate = upstream.Url });
        await root.StartAsync(cancellationToken);
        await root.TakeEverythingAsync(cancellationToken);
        using (var sync = root.Admin.RunSync(new RunSyncRequest(), cancellationToken: cancellationToken))
        {
            await foreach (var progress in sync.ResponseStream.ReadAllAsync(cancellationToken))
                if (progress.Finished is { Error.Length: > 0 } failed)
                    throw new InvalidOperationException(failed.Error);
        }

        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = Group }, cancellationToken: cancellationToken);
        var middle = tree.AddServer("middle", new ServerNode.Place { Parent = root.GrpcUrl });
        await middle.StartAsync(cancellationToken);
        var lowest = tree.AddServer("lowest", new ServerNode.Place { Parent = middle.GrpcUrl });
        await lowest.StartAsync(cancellationToken);
        await Until.TrueAsync("the lowest server to equal the root", Patience, async token => await root.LogStateAsync(token) == await lowest.LogStateAsync(token), cancellationToken);

        using var stream = new ClientService.ClientServiceClient(lowest.Channel).Sync(
            new SyncRequest { ClientId = Guid.NewGuid().ToString("D"), Name = "agent", Groups = { Group }, Follow = true }, cancellationToken: cancellationToken);
        while (await stream.ResponseStream.MoveNext(cancellationToken) && stream.ResponseStream.Current.Completed is null)
        {
        }

        var samples = new List<double>(Rounds);
        var calls = new List<double>(Rounds);
        for (var round = -Warming; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var request = new ApproveRequest { Update = DemoUpdates.IdOf(1).ToString("D"), Group = Group, Action = round % 2 == 0 ? ApprovalAction.Install : ApprovalAction.NotApproved };
            var approving = root.Admin.ApproveAsync(request, cancellationToken: cancellationToken).ResponseAsync;
            DateTimeOffset seen;
            do
            {
                if (!await stream.ResponseStream.MoveNext(cancellationToken)) throw new InvalidOperationException("The stream of decisions ended.");
                seen = DateTimeOffset.UtcNow;
            }
            while (stream.ResponseStream.Current.Decisions is not { Decisions.Count: > 0 });

            var answer = await approving;
            if (!answer.Changed) throw new InvalidOperationException("An approval changed nothing.");
            if (round < 0) continue;
            samples.Add((seen - answer.CommittedAt.ToDateTimeOffset()).TotalMilliseconds);
            calls.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        figures.Add("latency_rounds", Rounds, "count");
        Add(figures, "latency_two_tiers", samples);
        Add(figures, "latency_approve_to_both", calls);
    }

    /// <summary>The same commits without any network: one record made durable at an authority, and applied at a mirror, which does not wait for the disk.</summary>
    private static async Task MeasureCommitsAsync(Figures figures, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await using var root = SqliteAuthorityLog.Open(new SqliteStoreOptions { Path = folder["root.db"] });
        await using var mirror = SqliteMirrorLog.Open(new SqliteStoreOptions { Path = folder["mirror.db"] });
        var page = await root.ReadPageAsync(0, 1000, 1 << 20, cancellationToken);
        await mirror.BeginStagingAsync(StagingMode.CatchUp, 0, cancellationToken);
        await mirror.StageAsync(page.Records, page.Through, page.Through, cancellationToken);
        await mirror.FoldAsync(CheckpointOf(page.Head), cancellationToken);
        var (durable, applied) = (new List<double>(Commits), new List<double>(Commits));
        var payload = new byte[200];
        for (var i = 0; i < Commits; i++)
        {
            payload[0] = (byte)i;
            payload[1] = (byte)(i >> 8);
            var start = Stopwatch.GetTimestamp();
            var transaction = await root.CommitAsync([new Change((int)RecordKind.Approval, new byte[] { 1 }, payload.ToArray())], cancellationToken);
            durable.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = Stopwatch.GetTimestamp();
            await mirror.ApplyAsync(transaction.Records, CheckpointOf(transaction.Head), transaction.Head.Floor, cancellationToken);
            applied.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Add(figures, "latency_commit_root", durable);
        Add(figures, "latency_commit_mirror", applied);
    }

    private static Checkpoint CheckpointOf(LogHead head) => new(head.Position, head.Count, head.Digest, DateTimeOffset.UtcNow, ReadOnlyMemory<byte>.Empty);

    private static void Add(Figures figures, string name, List<double> samples)
    {
        samples.Sort();
        figures.Add(name + "_p50", samples[samples.Count / 2], "ms");
        figures.Add(name + "_p99", samples[samples.Count * 99 / 100], "ms");
        figures.Add(name + "_max", samples[^1], "ms");
    }
}
