using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Approvals;

/// <summary>Every action x inheritance x conflict x deadline x revision x decline x licence, held against <see cref="DecisionOracle"/>: for a computer in Inner (which is in Pilot) and in Servers.</summary>
public sealed class DecisionTableTests
{
    private static readonly TargetGroup Elsewhere = new(new Guid("00000000-0000-0000-0000-00000000000d"), "Elsewhere", TargetGroup.AllComputers.Id);
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);
    private static readonly ApprovalAction[] Actions = [ApprovalAction.Install, ApprovalAction.OptionalInstall, ApprovalAction.Uninstall, ApprovalAction.NotApproved];
    private static readonly TargetGroup[] Groups = [TargetGroup.AllComputers, ApprovalScene.Pilot, ApprovalScene.Inner, ApprovalScene.Servers, Elsewhere];
    private static readonly (DateTimeOffset? Deadline, bool IsFloating)[] Deadlines = [(null, false), (Monday, false), (Monday, true), (Monday.AddDays(1), false)];

    [Fact]
    public void Conflicts_OfTwoApprovals_AreDecidedAsTheOracleSays()
    {
        var rows = 0;
        var approvals = (from action in Actions from @group in Groups from deadline in Deadlines select new Approval(Guid.Empty, @group.Id, 100, action, deadline.Deadline) { IsDeadlineFloating = deadline.IsFloating }).ToArray();
        foreach (var first in approvals)
            foreach (var second in approvals.Where(second => second.GroupId != first.GroupId))
                rows += Holds([first, second], [new DecisionOracle.Revision(100)], new Traits());

        Assert.Equal(80 * 64, rows);
    }

    [Fact]
    public void Revisions_LicencesDeclinesAndBundles_AreDecidedAsTheOracleSays()
    {
        var rows = 0;
        int[][] numbers = [[100], [100, 101], [100, 101, 102]];
        foreach (var revisions in numbers)
            foreach (var open in Subsets(revisions))
                foreach (var expired in Subsets(revisions))
                    foreach (var approved in revisions.Append(99).Append(103))
                        foreach (var action in Actions)
                            foreach (var traits in Traits.All)
                                rows += Holds(
                                    [new Approval(Guid.Empty, ApprovalScene.Pilot.Id, approved, action, Deadline: null), new Approval(Guid.Empty, TargetGroup.AllComputers.Id, revisions[0], ApprovalAction.Install, Monday)],
                                    [.. revisions.Select(number => new DecisionOracle.Revision(number, expired.Contains(number), open.Contains(number)))], traits);

        Assert.Equal(((4 * 3) + (16 * 4) + (64 * 5)) * 4 * Traits.All.Count, rows);
    }

    [Fact]
    public void Unapproved_WhateverItIs_IsEvaluatedOrComesWithItsBundle()
    {
        foreach (var traits in Traits.All)
            Holds([], [new DecisionOracle.Revision(100)], traits);
        foreach (var traits in Traits.All)
            Holds([new Approval(Guid.Empty, Elsewhere.Id, 100, ApprovalAction.Install, Monday)], [new DecisionOracle.Revision(100, IsExpired: true)], traits);
    }

    private static IEnumerable<int[]> Subsets(int[] numbers) => Enumerable.Range(0, 1 << numbers.Length).Select(bits => numbers.Where((_, index) => (bits >> index & 1) == 1).ToArray());

    /// <summary>Makes it, asks for it in every way, and compares; answers 1.</summary>
    private static int Holds(Approval[] approvals, DecisionOracle.Revision[] revisions, Traits traits)
    {
        var id = new Guid("00000000-0000-0000-0000-000000000001");
        var child = new Guid("00000000-0000-0000-0000-000000000002");
        var bundle = new Guid("00000000-0000-0000-0000-000000000003");
        var sequence = 0L;
        var records = new List<ViewRecord>([.. Groups.Where(group => !group.IsBuiltIn).Select(group => new ViewRecord.Group(++sequence, group.Id, group))]);
        foreach (var revision in revisions)
        {
            // The licence is its own, or that of what it brings.
            var licence = new Guid(revision.Number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9);
            if (traits.LicenceIsOfAChild) records.Add(Entry(child, revision.Number, licence, [], traits: null));
            records.Add(Entry(id, revision.Number, traits.LicenceIsOfAChild ? null : licence, traits.LicenceIsOfAChild ? [new RevisionId(child, revision.Number)] : [], traits, revision.IsExpired));
            if (!revision.HasOpenLicence) records.Add(new ViewRecord.Eula(++sequence, licence, IsAccepted: true));
        }

        if (traits.IsPartOfABundle) records.Add(Entry(bundle, 1, licence: null, [new RevisionId(id, revisions[^1].Number)], traits: null));
        if (traits.IsDeclined) records.Add(new ViewRecord.Decline(++sequence, id, IsDeclined: true));
        if (traits.KeepsRevisions) records.Add(new ViewRecord.Settings(++sequence, new DecisionSettings { KeepsApprovedRevisions = true }));
        approvals = [.. approvals.Select(approval => approval with { UpdateId = id })];
        records.AddRange(approvals.Select(approval => new ViewRecord.Approved(++sequence, approval)));

        var views = new[] { View(records), View(Enumerable.Reverse(records)) };
        var tree = views[0].Groups;
        var membership = tree.MembershipOf(["Inner", "Servers"]);
        var said = approvals.Select(approval => new DecisionOracle.Said(
            approval.GroupId == Elsewhere.Id ? -1 : approval.GroupId == TargetGroup.AllComputers.Id ? 0 : approval.GroupId == ApprovalScene.Inner.Id ? 2 : 1, approval.GroupId, approval.RevisionNumber, approval.Action,
            approval.Deadline, approval.IsDeadlineFloating)).ToArray();
        var expected = DecisionOracle.Decide(revisions, said, traits.IsDeclined, traits.IsDetection, traits.IsPartOfABundle && !traits.IsExplicit, traits.KeepsRevisions);

        foreach (var view in views)
        {
            var decisions = new List<Decision>();
            view.Decide(view.Updates[id], membership, decisions);
            var told = decisions.Count == 0 ? null : new DecisionOracle.Told(decisions[^1].Action, decisions[^1].Entry.Id.RevisionNumber, decisions[^1].Deadline, decisions[^1].IsDeadlineFloating);
            var explained = DecisionExplanation.Of(view, view.Updates[id], membership);
            if (told == expected && (explained.Action is not { } action ? expected is null : new DecisionOracle.Told(action, explained.RevisionNumber, explained.Deadline, explained.IsDeadlineFloating) == expected)) continue;
            Assert.Fail($"{string.Join("; ", approvals.Select(approval => $"{tree.Find(approval.GroupId)!.Name} {approval}"))} | {string.Join<DecisionOracle.Revision>(", ", revisions)} | {traits}: expected {expected}, was {told}, explained {string.Join(' ', explained.Reasons)}"); // Groups of the scene are there.
        }

        return 1;

        ViewRecord Entry(Guid updateId, int number, Guid? licence, RevisionId[] brings, Traits? traits, bool isExpired = false) => new ViewRecord.Revision(new CatalogEntry
        {
            RevisionId = (updateId.ToByteArray(bigEndian: true)[15] * 1000) + number,
            Id = new RevisionId(updateId, number),
            Sequence = ++sequence,
            Type = traits is { IsDetection: true } ? UpdateType.Detectoid : UpdateType.Software,
            Title = $"{updateId:D} {number}",
            DocumentDigest = new byte[32],
            PublicationState = isExpired ? PublicationState.Expired : PublicationState.Published,
            IsExplicitlyDeployable = traits?.IsExplicit ?? false,
            CanUninstall = true,
            EulaId = licence,
            BundledUpdates = brings.Length == 0 ? [] : [new BundleGroup(brings)],
        });
    }

    private static ServedView View(IEnumerable<ViewRecord> records)
    {
        var builder = new ServedViewBuilder();
        foreach (var record in records) builder.Apply(record);
        return builder.Build(new LogHead(new Position(new LogId(new Guid(1, 0, 0, new byte[8])), 1, new Guid(2, 0, 0, new byte[8]), 1000), 0, 0, new byte[2048]));
    }

    private sealed record Traits(
        bool IsDeclined = false, bool IsDetection = false, bool IsExplicit = true, bool IsPartOfABundle = false, bool KeepsRevisions = false, bool LicenceIsOfAChild = false)
    {
        public static IReadOnlyList<Traits> All { get; } =
        [
            .. from keeps in new[] { false, true } from ofChild in new[] { false, true } from declined in new[] { false, true }
               from kind in new[] { (false, true, false), (true, true, false), (false, false, true), (false, true, true), (false, false, false) }
               select new Traits(declined, kind.Item1, kind.Item2, kind.Item3, keeps, ofChild),
        ];
    }
}
