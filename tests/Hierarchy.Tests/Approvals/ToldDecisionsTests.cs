using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Approvals;

/// <summary>
/// Random histories of revisions, bundles, licences, approvals, declines and settings. Whoever takes them, in whatever parts and order, decides alike; and a computer that was told of the changes since it asked last knows what it
/// would know if it took everything anew, also from a server that was started in between.
/// </summary>
public sealed class ToldDecisionsTests
{
    private static readonly TargetGroup[] Groups = [ApprovalScene.Pilot, ApprovalScene.Inner, ApprovalScene.Servers];
    private static readonly Guid[] Updates = [.. Enumerable.Range(1, 3).Select(number => new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, (byte)number))];
    private static readonly Guid[] Children = [.. Enumerable.Range(1, 3).Select(number => new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, 2, (byte)number))];
    private static readonly Guid[] Licences = [.. Enumerable.Range(1, 3).Select(number => new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, 3, (byte)number))];
    private static readonly LogId Tree = new(new Guid(1, 0, 0, new byte[8]));
    private static readonly LogId Overlay = new(new Guid(3, 0, 0, new byte[8]));
    private static readonly string[][] Memberships = [["Inner"], ["Pilot", "Servers"], []];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Servers_SameLogInOtherPartsAndOrder_DecideAlike(bool isOverlaid) => Prop.ForAll(Histories(), history =>
    {
        var root = history.Changes.Aggregate((ServedView?)null, (view, change) => Next(view, [change], isOverlaid))!; // Histories are not empty.
        var shuffled = history.Live.ToArray();
        new Random(history.Seed).Shuffle(shuffled);
        var replica = Next(null, shuffled, isOverlaid);
        var late = shuffled.Chunk(1 + (shuffled.Length / 3)).Aggregate((ServedView?)null, (view, part) => Next(view, part, isOverlaid))!; // As above.
        return Memberships.All(names => Known(root, names).SequenceEqual(Known(replica, names)) && Known(root, names).SequenceEqual(Known(late, names)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Client_ToldOfTheChangesSince_KnowsWhatItWouldKnowAnew(bool isOverlaid) => Prop.ForAll(Histories(), history =>
    {
        var views = new List<ServedView>();
        foreach (var change in history.Changes)
            views.Add(Next(views.Count == 0 ? null : views[^1], [change], isOverlaid));
        var started = Next(null, history.Live, isOverlaid);
        return views.All(seen => Memberships.All(names =>
        {
            var anew = Known(views[^1], names);
            return Told(seen, views[^1], names).SequenceEqual(anew) && Told(seen, started, names).SequenceEqual(anew);
        }));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Client_WhatLeadsToALicenceComesLast_IsToldThatTheApprovalStaysBehind(bool isOverlaid)
    {
        var (update, middle, licensed) = (Updates[0], Children[0], Children[1]);
        ViewRecord[] before =
        [
            Entry(1, licensed, 100, Licences[0]), Entry(2, update, 100, licence: null), new ViewRecord.Approved(3, new Approval(update, TargetGroup.AllComputers.Id, 100, ApprovalAction.Install, null)),
            Entry(4, update, 101, licence: null, new RevisionId(middle, 100)),
        ];
        ViewRecord last = Entry(5, middle, 100, licence: null, new RevisionId(licensed, 100));
        var seen = Next(null, before, isOverlaid);
        var (next, started) = (Next(seen, [last], isOverlaid), Next(null, [.. before, last], isOverlaid));

        Assert.Equal(["101", "100"], new[] { seen, next }.Select(view => $"{view.Updates[update].RevisionFor(view.Updates[update].Approvals[0])!.Id.RevisionNumber}")); // One that may be installed is there.
        Assert.Equal(Known(next, []), Told(seen, next, []));
        Assert.Equal(Known(next, []), Told(seen, started, []));
    }

    [Fact]
    public void Client_OlderBundleWrittenAgainBehindTheNewer_IsToldThatItBringsNothingAnyMore()
    {
        var (update, child) = (Updates[0], Children[0]);
        var (older, newer, brought) = (Entry(2, update, 100, new RevisionId(child, 100)), Entry(3, update, 101), Entry(1, child, 100));
        var seen = Next(null, [brought, older]);
        var again = Entry(4, update, 100, new RevisionId(child, 100));
        var (next, started) = (Next(Next(seen, [newer]), [again]), Next(null, [brought, newer, again]));

        Assert.NotEqual(Known(seen, []), Known(next, []));
        Assert.Equal(Known(next, []), Told(seen, next, []));
        Assert.Equal(Known(next, []), Told(seen, started, []));

        static ViewRecord.Revision Entry(long sequence, Guid id, int number, params RevisionId[] brings) => ToldDecisionsTests.Entry(sequence, id, number, licence: null, brings);
    }

    [Fact]
    public void Explanations_OfAnything_AgreeWithTheDecision() => Prop.ForAll(Histories(), history =>
    {
        var view = Next(null, history.Live);
        var decisions = new List<Decision>();
        return view.Updates.Values.All(update => Memberships.All(names =>
        {
            decisions.Clear();
            var membership = view.Groups.MembershipOf(names);
            view.Decide(update, membership, decisions);
            var explained = DecisionExplanation.Of(view, update, membership);
            return decisions.Count == 0
                ? explained.Action is null
                : (decisions[^1].Action, decisions[^1].Entry.Id.RevisionNumber, decisions[^1].Deadline) == (explained.Action, explained.RevisionNumber, explained.Deadline);
        }));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static ViewRecord.Revision Entry(long sequence, Guid id, int number, Guid? licence, params RevisionId[] brings) => new(new CatalogEntry
    {
        RevisionId = (id.ToByteArray(bigEndian: true)[15] * 1000) + (id.ToByteArray(bigEndian: true)[14] * 10_000) + number,
        Id = new RevisionId(id, number),
        Sequence = sequence,
        Type = UpdateType.Software,
        Title = $"{id:D}",
        DocumentDigest = new byte[32],
        PublicationState = PublicationState.Published,
        IsExplicitlyDeployable = Updates.Contains(id),
        EulaId = licence,
        BundledUpdates = brings.Length == 0 ? [] : [new BundleGroup(brings)],
    });

    /// <summary>What a client knows that takes everything.</summary>
    private static List<string> Known(ServedView view, string[] names)
    {
        var known = new SortedDictionary<int, string>();
        Tell(view, view.Updates.Values, names, known);
        return [.. known.Values];
    }

    /// <summary>What a client knows that took everything of the one view, and then what changed up to the other.</summary>
    private static List<string> Told(ServedView seen, ServedView now, string[] names)
    {
        var (tree, overlay) = (seen.Head.Position.Sequence, seen.Overlay?.Position.Sequence ?? 0);
        if (!now.CanTellChangesSince(tree, overlay)) return Known(now, names);
        var known = new SortedDictionary<int, string>();
        Tell(seen, seen.Updates.Values, names, known);
        Tell(now, now.ChangedSince(tree, overlay), names, known);
        return [.. known.Values];
    }

    private static void Tell(ServedView view, IEnumerable<UpdateEntry> updates, string[] names, SortedDictionary<int, string> known)
    {
        var membership = view.Groups.MembershipOf(names);
        var decisions = new List<Decision>();
        foreach (var update in updates)
        {
            decisions.Clear();
            view.Decide(update, membership, decisions);
            foreach (var revision in update.Revisions) known.Remove(revision.RevisionId);
            foreach (var decision in decisions) known[decision.Entry.RevisionId] = $"{decision.Entry.Id} {decision.Action} {decision.Deadline:O} {decision.IsDeadlineFloating}";
        }
    }

    /// <summary>Overlaid, what is decided stands in a log of its own, and only the catalog in the tree's.</summary>
    private static ServedView Next(ServedView? previous, IReadOnlyList<ViewRecord> records, bool isOverlaid = false)
    {
        var builder = new ServedViewBuilder(previous, isOverlaid ? Overlay : LogId.None);
        if (previous is null)
            foreach (var group in Groups) builder.Apply(new ViewRecord.Group(0, group.Id, group));
        foreach (var record in records) builder.Apply(record);
        return isOverlaid
            ? builder.Build(Head(Tree, previous?.Head, records.Where(record => record is ViewRecord.Revision)), Head(Overlay, previous?.Overlay, records.Where(record => record is not ViewRecord.Revision)))
            : builder.Build(Head(Tree, previous?.Head, records));

        static LogHead Head(LogId log, LogHead? before, IEnumerable<ViewRecord> records) => new(
            new Position(log, 1, new Guid(2, 0, 0, new byte[8]), Math.Max(before?.Position.Sequence ?? 0, records.Select(record => record.Sequence).DefaultIfEmpty(0).Max())), 0, 0, new byte[2048]);
    }

    private static Arbitrary<History> Histories() => (
        from numbers in Gen.Choose(0, int.MaxValue).ArrayOf()
        from seed in Gen.Choose(0, int.MaxValue)
        select History.Of([.. numbers, seed], seed)).ToArbitrary();

    /// <summary>All changes, and what is left of them in a log, removals included.</summary>
    private sealed record History(ViewRecord[] Changes, ViewRecord[] Live, int Seed)
    {
        public static History Of(int[] numbers, int seed)
        {
            var changes = numbers.Select((number, index) => Change(index + 1, number, seed)).ToArray();
            return new History(changes, [.. changes.Reverse().DistinctBy(KeyOf).Reverse()], seed);
        }

        private static ViewRecord Change(long sequence, int number, int seed)
        {
            var random = new Random(number);
            var update = Updates[random.Next(3)];
            var group = random.Next(4) == 0 ? TargetGroup.AllComputers : Groups[random.Next(3)];
            return random.Next(12) switch
            {
                < 3 => Revision(sequence, update, 100 + random.Next(3), isChild: false, seed),
                < 5 => Revision(sequence, Children[random.Next(3)], 100 + random.Next(2), isChild: true, seed),
                < 8 => new ViewRecord.Approved(sequence, new Approval(update, group.Id, 99 + random.Next(5), (ApprovalAction)random.Next(1, 5), null)),
                8 => new ViewRecord.ApprovalRemoved(sequence, update, group.Id),
                9 => new ViewRecord.Eula(sequence, Licences[random.Next(3)], random.Next(4) > 0),
                10 => new ViewRecord.Settings(sequence, new DecisionSettings { KeepsApprovedRevisions = random.Next(2) == 0 }),
                _ => new ViewRecord.Decline(sequence, update, random.Next(2) == 0),
            };
        }

        /// <summary>The same number is the same document, whenever it is written.</summary>
        private static ViewRecord.Revision Revision(long sequence, Guid id, int number, bool isChild, int seed)
        {
            var random = new Random((((id.ToByteArray(bigEndian: true)[15] * 7919) + (number * 31) + (isChild ? 17 : 0)) ^ seed) & int.MaxValue);
            // Children may have children of their own, deeper ones alone.
            RevisionId[] brings = [.. Children.Where(child => (!isChild || child.CompareTo(id) > 0) && random.Next(2) == 0).Select(child => new RevisionId(child, 100 + random.Next(2)))];
            return new ViewRecord.Revision(new CatalogEntry
            {
                RevisionId = ((isChild ? 10 : 0) + id.ToByteArray(bigEndian: true)[15]) * 1000 + number,
                Id = new RevisionId(id, number),
                Sequence = sequence,
                Type = UpdateType.Software,
                Title = $"{id:D}",
                DocumentDigest = new byte[32],
                PublicationState = random.Next(8) == 0 ? PublicationState.Expired : PublicationState.Published,
                IsExplicitlyDeployable = !isChild,
                EulaId = random.Next(3) == 0 ? Licences[random.Next(3)] : null,
                BundledUpdates = brings.Length == 0 ? [] : [new BundleGroup(brings)],
            });
        }

        private static object KeyOf(ViewRecord record) => record switch
        {
            ViewRecord.Revision revision => revision.Entry.Id,
            ViewRecord.Approved approved => (approved.Approval.UpdateId, approved.Approval.GroupId),
            ViewRecord.ApprovalRemoved removed => (removed.UpdateId, removed.GroupId),
            ViewRecord.Eula eula => eula.EulaId,
            ViewRecord.Decline decline => ("decline", decline.UpdateId),
            _ => "settings",
        };
    }
}
