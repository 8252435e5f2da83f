using System.Diagnostics;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Benchmarks.Decide;

/// <summary>
/// What deciding for one computer costs: 20,000 approved updates, a computer that is in ten groups; a quarter of the updates bundle another one. One core. Each update approved for one of the groups, and for all
/// ten in different ways.
/// </summary>
internal static class DecideBenchmark
{
    private const int Updates = 20_000;
    private const int GroupCount = 10;
    private const int Rounds = 101;

    public static Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var groups = Enumerable.Range(0, GroupCount).Select(i => new TargetGroup(IdOf(1, i), $"Group {i}", i < GroupCount / 2 ? TargetGroup.AllComputers.Id : IdOf(1, i - (GroupCount / 2)))).ToArray();
        Measure(figures, "decide", Build(groups, 1, new Random(20261121)), groups, cancellationToken);
        Measure(figures, "decide_ten_approvals", Build(groups, GroupCount, new Random(20261121)), groups, cancellationToken);
        return Task.CompletedTask;
    }

    private static void Measure(Figures figures, string name, ServedView view, TargetGroup[] groups, CancellationToken cancellationToken)
    {
        var membership = view.Groups.MembershipOf(groups.Select(group => group.Name));
        var updates = view.Updates.Values.ToArray();
        var decisions = new List<Decision>(2 * Updates);
        var times = new double[Rounds];
        Decide();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            Decide();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (decisions.Count < Updates) throw new InvalidOperationException($"Only {decisions.Count} decisions about {updates.Length} updates.");
        Array.Sort(times);
        figures.Add($"{name}_fastest", times[0], "ms");
        figures.Add($"{name}_median", times[Rounds / 2], "ms");
        figures.Add($"{name}_p99", times[Rounds * 99 / 100], "ms");
        figures.Add($"{name}_allocated_each_update", (double)allocated / Rounds / updates.Length, "bytes");
        figures.Add($"{name}_installs", decisions.Count(decision => decision.Action == DecisionAction.Install), "decisions");

        var explained = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1_000; i++) DecisionExplanation.Of(view, updates[i], membership);
        figures.Add($"{name}_explanation", Stopwatch.GetElapsedTime(explained).TotalMicroseconds / 1_000, "us");

        void Decide()
        {
            decisions.Clear();
            foreach (var update in updates) view.Decide(update, membership, decisions);
        }
    }

    private static ServedView Build(TargetGroup[] groups, int approvals, Random random)
    {
        var sequence = 0L;
        var builder = new ServedViewBuilder();
        foreach (var group in groups) builder.Apply(new ViewRecord.Group(++sequence, group.Id, group));
        for (var i = 0; i < Updates; i++)
        {
            builder.Apply(new ViewRecord.Revision(new CatalogEntry
            {
                RevisionId = i + 1,
                Id = new RevisionId(IdOf(2, i), 100),
                Sequence = ++sequence,
                Type = UpdateType.Software,
                Title = $"Update {i}",
                DocumentDigest = new byte[32],
                PublicationState = PublicationState.Published,
                IsExplicitlyDeployable = true,
                CanUninstall = true,
                BundledUpdates = i % 4 == 3 ? [new BundleGroup([new RevisionId(IdOf(2, i - 1), 100)])] : [],
            }));
            foreach (var group in groups.Skip(approvals == GroupCount ? 0 : i % GroupCount).Take(approvals))
            {
                DateTimeOffset? deadline = random.Next(3) == 0 ? DateTimeOffset.UnixEpoch.AddDays(random.Next(30_000)) : null;
                builder.Apply(new ViewRecord.Approved(++sequence, new Approval(IdOf(2, i), group.Id, 100, (ApprovalAction)random.Next(1, 5), deadline)));
            }
        }

        return builder.Build(new LogHead(new Position(new LogId(IdOf(3, 0)), 1, IdOf(4, 0), sequence), 0, 0, new byte[2048]));
    }

    // Spread like real ids, and the same in every run.
    private static Guid IdOf(int kind, int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        new Random((kind * 1_000_003) + number).NextBytes(bytes);
        return new Guid(bytes);
    }
}
