using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Xunit;
using static Hierarchy.Domain.View.SupersedenceState;

namespace Hierarchy.Tests.View;

/// <summary>Which updates replace which: states, chains, circles, and what does not count.</summary>
public sealed class SupersedenceTests
{
    private const int Updates = 12;

    private static readonly LogId Log = new(Guid.NewGuid());
    private static readonly Guid EpochId = Guid.NewGuid();

    [Fact]
    public void StateOf_AChain_TellsTheFourStatesAndWhereItEnds()
    {
        var view = View("a", "b>a", "c>b", "lone");

        Assert.Equal([Superseded, Both, Supersedes, None], new[] { "a", "b", "c", "lone" }.Select(name => view.Supersedence.StateOf(Id(name))));
        Assert.Equal([Id("b")], view.Supersedence.SupersededBy(Id("a")));
        Assert.Equal([Id("b"), Id("c")], view.Supersedence.ChainOf(Id("a")));
        Assert.Equal([Id("c")], view.Supersedence.EndsOf(Id("a")));
        Assert.Equal([Id("b")], view.Supersedence.Supersedes(Id("c")));
        Assert.Equal(None, view.Supersedence.StateOf(Guid.NewGuid()));
    }

    [Theory]
    // the catalog, then the state of a
    [InlineData("a; b>a", Superseded)]
    [InlineData("a; b>a declined", None)] // a decline takes the replacement away
    [InlineData("a; b>a expired", None)]
    [InlineData("a>b; b declined", Supersedes)] // what it replaces may be in any state
    [InlineData("a>b; b expired", Supersedes)]
    [InlineData("a>gone", None)] // what the catalog does not hold
    [InlineData("a>a", None)] // itself
    [InlineData("a>b declined; b", None)]
    [InlineData("a; b>a,a", Superseded)]
    [InlineData("a>b; b>a", Both)] // a circle
    public void StateOf_WhatCountsAndWhatDoesNot(string catalog, SupersedenceState expected)
    {
        var view = View(catalog.Split("; "));

        Assert.Equal(expected, view.Supersedence.StateOf(Id("a")));
        Assert.Equal(expected is Superseded or Both ? [Id("b")] : [], view.Supersedence.SupersededBy(Id("a")));
    }

    [Fact]
    public void ChainOf_Circle_EndsAndHoldsEachOnceButNeverItself()
    {
        var view = View("a>b", "b>c", "c>a", "d>a");

        Assert.Equal(new[] { Id("b"), Id("c"), Id("d") }.Order(), view.Supersedence.ChainOf(Id("a")).Order());
        Assert.Equal([Id("d")], view.Supersedence.EndsOf(Id("a")));
        Assert.Empty(View("a>b", "b>a").Supersedence.EndsOf(Id("a")));
    }

    [Fact]
    public void EndsOf_SeveralBranches_AreAllTold()
    {
        var view = View("a", "b>a", "c>a", "d>b", "e>d,c");

        Assert.Equal([Id("e")], view.Supersedence.EndsOf(Id("a")));
        Assert.Equal(new[] { Id("e"), Id("f") }.Order(), View("a", "b>a", "e>b", "f>b").Supersedence.EndsOf(Id("a")));
    }

    [Fact]
    public void Supersedence_NewRevisionThatNamesOthers_CountsAloneAndOldOnesNoMore()
    {
        var view = View("a", "b", "c>a");
        var next = new ServedViewBuilder(view);
        next.Apply(new ViewRecord.Revision(Entry("c", ["b"], revision: 2, sequence: 90)));
        var later = next.Build(Head(90));

        Assert.Equal((None, Superseded), (later.Supersedence.StateOf(Id("a")), later.Supersedence.StateOf(Id("b"))));
        Assert.Equal(Superseded, view.Supersedence.StateOf(Id("a"))); // the view before stays as it was
    }

    [Fact]
    public void Supersedence_DeclineAndApproval_IsFoundAnewForTheDeclineAlone()
    {
        var view = View("a", "b>a");
        var approving = new ServedViewBuilder(view);
        approving.Apply(new ViewRecord.Approved(90, new Domain.Approvals.Approval(Id("a"), Domain.Groups.TargetGroup.AllComputers.Id, 1, Domain.Approvals.ApprovalAction.Install, null)));
        var approved = approving.Build(Head(90));
        var declining = new ServedViewBuilder(approved);
        declining.Apply(new ViewRecord.Decline(91, Id("b"), IsDeclined: true));
        var declined = declining.Build(Head(91));

        Assert.Same(view.Supersedence, approved.Supersedence);
        Assert.Equal(None, declined.Supersedence.StateOf(Id("a")));
    }

    [Fact]
    public void Supersedence_RandomCatalog_SaysWhatALookAtEachPairSays() => Prop.ForAll(
        (from links in Gen.Choose(0, (Updates * Updates) - 1).ListOf() from declined in Gen.Choose(0, 2 * Updates).ListOf() select (Links: links.ToArray(), Declined: declined.ToHashSet())).ToArbitrary(),
        world =>
        {
            var named = Enumerable.Range(0, Updates).Select(i => world.Links.Where(link => link / Updates == i).Select(link => $"u{link % Updates}").ToArray()).ToArray();
            string[] catalog = [.. Enumerable.Range(0, Updates).Select(i => $"u{i}{(named[i].Length > 0 ? ">" + string.Join(',', named[i]) : "")}{(world.Declined.Contains(i) ? " declined" : "")}")];
            var forwards = View(catalog).Supersedence;
            var backwards = View([.. catalog.Reverse()]).Supersedence;
            return Enumerable.Range(0, Updates).All(i =>
            {
                var id = Id($"u{i}");
                Guid[] by = [.. Enumerable.Range(0, Updates).Where(j => j != i && !world.Declined.Contains(j) && named[j].Contains($"u{i}")).Select(j => Id($"u{j}")).Order()];
                var supersedes = !world.Declined.Contains(i) && named[i].Any(name => name != $"u{i}");
                var state = (supersedes, by.Length > 0) switch { (true, true) => Both, (true, false) => Supersedes, (false, true) => Superseded, _ => None };
                return new[] { forwards, backwards }.All(each => each.StateOf(id) == state && each.SupersededBy(id).SequenceEqual(by))
                    && forwards.EndsOf(id).SequenceEqual(backwards.EndsOf(id)) && forwards.EndsOf(id).All(end => forwards.SupersededBy(end).Count == 0);
            });
        }).QuickCheckThrowOnFailure();

    /// <summary>Updates as `name[>superseded,…][ declined| expired]`.</summary>
    private static ServedView View(params string[] catalog)
    {
        var builder = new ServedViewBuilder();
        var sequence = 0L;
        foreach (var text in catalog)
        {
            var words = text.Split(' ');
            var parts = words[0].Split('>');
            var entry = Entry(parts[0], parts.Length > 1 ? parts[1].Split(',') : [], revision: 1, ++sequence);
            builder.Apply(new ViewRecord.Revision(words.Contains("expired") ? entry with { PublicationState = PublicationState.Expired } : entry));
            if (words.Contains("declined")) builder.Apply(new ViewRecord.Decline(++sequence, entry.Id.UpdateId, IsDeclined: true));
        }

        return builder.Build(Head(sequence));
    }

    private static CatalogEntry Entry(string name, string[] superseded, int revision, long sequence) => new()
    {
        RevisionId = (int)sequence,
        Id = new RevisionId(Id(name), revision),
        Sequence = sequence,
        Type = UpdateType.Software,
        Title = name,
        DocumentDigest = new byte[32],
        IsExplicitlyDeployable = true,
        SupersededUpdates = [.. superseded.Select(Id)],
    };

    private static Guid Id(string name) => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));

    private static LogHead Head(long sequence) => new(new Position(Log, 1, EpochId, sequence), 0, 0, new byte[2048]);
}
