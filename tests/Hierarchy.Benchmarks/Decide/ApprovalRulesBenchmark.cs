using System.Diagnostics;
using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Benchmarks.Decide;

/// <summary>What rules and supersedence cost over 100,000 updates, each of which replaces up to five others: finding the chains of a view, twenty rules over all updates, and one decline rule. One core.</summary>
internal static class ApprovalRulesBenchmark
{
    private const int Updates = 100_000;
    private const int Products = 200;
    private const int RuleCount = 20;
    private const int Rounds = 11;

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var view = Build(new Random(20261121));
        var rules = Enumerable.Range(0, RuleCount).Select(i => new ApprovalRule
        {
            Id = IdOf(4, i), Name = $"Rule {i}", Order = i + 1, Products = [IdOf(3, i), IdOf(3, i + RuleCount)], Title = i % 2 == 0 ? "" : "*update*7*", Groups = [TargetGroup.AllComputers.Id],
        }).ToArray();
        var approvals = 0;
        Measure("supersedence_of_a_view", () => Supersedence.Of(view.Updates));
        Measure("approval_rules_over_all", () =>
        {
            var judge = new RuleJudge(view, rules, Now);
            approvals = view.Updates.Values.Sum(update => judge.Judge(update).Count(verdict => verdict.Approval is not null));
        });
        figures.Add("approval_rules_approvals", approvals, "approvals");
        var declined = 0;
        var rule = new DeclineRule { Id = IdOf(5, 0), Name = "Superseded", EvenIfNotReplaced = true };
        Measure("decline_rule_over_all", () =>
        {
            var judge = new DeclineJudge(view, Now);
            declined = judge.Superseded().Count(update => judge.Judge(rule, update, needing: 0) == DeclineVerdict.Decline);
        });
        figures.Add("decline_rule_declined", declined, "updates");
        return Task.CompletedTask;

        void Measure(string name, Action run)
        {
            var times = new double[Rounds];
            run();
            for (var i = 0; i < Rounds; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var started = Stopwatch.GetTimestamp();
                run();
                times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }

            Array.Sort(times);
            figures.Add($"{name}_fastest", times[0], "ms");
            figures.Add($"{name}_median", times[Rounds / 2], "ms");
        }
    }

    private static ServedView Build(Random random)
    {
        var sequence = 0L;
        var builder = new ServedViewBuilder();
        for (var i = 0; i < Products; i++)
            builder.Apply(new ViewRecord.Revision(new CatalogEntry
            {
                RevisionId = Updates + i + 1, Id = new RevisionId(IdOf(3, i), 1), Sequence = ++sequence, Type = UpdateType.Category, CategoryType = "Product", Title = $"Product {i}", DocumentDigest = new byte[32],
            }));
        for (var i = 0; i < Updates; i++)
            builder.Apply(new ViewRecord.Revision(new CatalogEntry
            {
                RevisionId = i + 1,
                Id = new RevisionId(IdOf(2, i), 100),
                Sequence = ++sequence,
                Type = UpdateType.Software,
                Title = $"Cumulative update {i} for product {i % Products} (KB{5_000_000 + i})",
                DocumentDigest = new byte[32],
                IsExplicitlyDeployable = true,
                Categories = [IdOf(3, i % Products)],
                // Those before it of the same product, as cumulative updates name them.
                SupersededUpdates = [.. Enumerable.Range(1, random.Next(6)).Select(back => i - (back * Products)).Where(earlier => earlier >= 0).Select(earlier => IdOf(2, earlier))],
                ArrivedAt = Now.AddDays(-100),
            }));
        return builder.Build(new LogHead(new Position(new LogId(IdOf(6, 0)), 1, IdOf(6, 1), sequence), 0, 0, new byte[2048]));
    }

    // Spread like real ids, and the same in every run.
    private static Guid IdOf(int kind, int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        new Random((kind * 1_000_003) + number).NextBytes(bytes);
        return new Guid(bytes);
    }
}
