using Hierarchy.Domain.Reports;
using Xunit;

namespace Hierarchy.Tests.Storage;

/// <summary>What the outbox gives to parents: each ends with everything, however they come and go, and the usual one is sent no more than what changed.</summary>
public abstract partial class ReportStoreContract
{
    [Fact]
    public async Task Outbox_WhatTheParentHas_IsNotSentAgain()
    {
        await MergeAsync([Computer("c1", 1)], [Status("c1", 1, UpdateA), Status("c1", 1, UpdateB)]);
        await _store.AcknowledgeAsync(_store.OutboxHead, 0, RootLife, Token);
        await MergeAsync([], [Status("c1", 2, UpdateB, UpdateState.Failed)]);

        Assert.Equal([UpdateB], (await _store.ReadOutboxAsync(2, 100, 1 << 20, Token)).Statuses.Select(status => status.UpdateId));
    }

    [Fact]
    public async Task Outbox_ParentThatHasLess_IsGivenWholeBlocks()
    {
        await MergeAsync([Computer("c1", 1)], [Status("c1", 1, UpdateA), Status("c1", 1, UpdateB)]);
        await _store.AcknowledgeAsync(2, 2, RootLife, Token);
        await MergeAsync([], [Status("c1", 2, UpdateB, UpdateState.Failed)]);
        await _store.AcknowledgeAsync(3, 3, RootLife, Token);

        await _store.AcknowledgeAsync(0, 0, RootLife, Token);
        // What changes before the new parent was given it must still bring what did not.
        await MergeAsync([], [Status("c1", 3, UpdateB)]);
        var page = await _store.ReadOutboxAsync(0, 100, 1 << 20, Token);

        Assert.Equal((1, 2, 4L), (page.Computers.Count, page.Statuses.Count, page.Through));
        Assert.Equal(3, _store.Rooted);
    }

    [Fact]
    public async Task Acknowledge_OfAnotherRoot_BeginsAnewAlsoForTheChildren()
    {
        await MergeAsync([Computer("c1", 1)], [], Child(10));
        await MergeAsync([Computer("c2", 1)], [], Child(20));
        await _store.AcknowledgeAsync(2, 2, RootLife, Token);
        Assert.Equal(20, await RootedOfChildAsync());

        var other = Guid.NewGuid();
        await _store.AcknowledgeAsync(2, 0, other, Token);
        Assert.Equal((0L, other, 0L), (_store.Rooted, _store.RootLife, await RootedOfChildAsync()));
        await _store.AcknowledgeAsync(2, 1, other, Token);
        Assert.Equal((1L, 0L), (_store.Rooted, await RootedOfChildAsync()));
        await _store.AcknowledgeAsync(2, 2, other, Token);
        Assert.Equal((2L, 20L), (_store.Rooted, await RootedOfChildAsync()));
    }

    [Fact]
    public async Task Chapters_EachOpeningGivesItsNumbersInAnother()
    {
        await MergeAsync([Computer("c1", 1), Computer("c2", 1)], []);
        var first = _store.ChapterOf(2);
        _store = await ReopenAsync(isRoot: false);
        var unused = _store.ChapterOf(3); // of an opening that gives no number
        _store = await ReopenAsync(isRoot: false);
        await MergeAsync([Computer("c3", 1)], []);
        var second = _store.ChapterOf(3);
        _store = await ReopenAsync(isRoot: false);
        await MergeAsync([Computer("c4", 1)], []);

        Assert.Equal([Guid.Empty, first, first, second], Enumerable.Range(0, 4).Select(number => _store.ChapterOf(number)));
        Assert.Equal(4, new HashSet<Guid> { first, unused, second, _store.ChapterOf(4) }.Count);
    }

    [Fact]
    public async Task Child_KeepsTheChapterOfItsHighestNumber()
    {
        Guid first = Guid.NewGuid(), second = Guid.NewGuid();
        await MergeAsync([Computer("c1", 1)], [], Child(10) with { Chapter = second });
        await MergeAsync([Computer("c1", 1)], [], Child(5) with { Chapter = first });
        Assert.Equal((10L, second), await ChapterOfChildAsync());
        _store = await ReopenAsync(isRoot: false);
        Assert.Equal((10L, second), await ChapterOfChildAsync());
        await _store.AcknowledgeAsync(1, 1, RootLife, Token);
        await _store.AcknowledgeAsync(1, 0, Guid.NewGuid(), Token);
        Assert.Equal((10L, second), await ChapterOfChildAsync());

        async Task<(long, Guid)> ChapterOfChildAsync() => await _store.FindChildAsync("replica", ChildLife, Token) is { } child ? (child.Received, child.Chapter) : default;
    }

    [Fact]
    public async Task Restored_BeginsANewLifeAndGivesEverythingAgain()
    {
        await MergeAsync([Computer("c1", 1)], [Status("c1", 1, UpdateA)], Child(10));
        await _store.AcknowledgeAsync(2, 2, RootLife, Token);
        var life = _store.OutboxIncarnation;

        _store = await ReopenAsync(isRoot: false, restored: true);
        Assert.NotEqual(life, _store.OutboxIncarnation);
        Assert.Equal((2L, 0L), (_store.OutboxHead, _store.Rooted));
        Assert.Equal((10L, 0L), ((await _store.FindChildAsync("replica", ChildLife, Token))!.Received, await RootedOfChildAsync()));
        await _store.AcknowledgeAsync(0, 0, RootLife, Token);
        var page = await _store.ReadOutboxAsync(0, 100, 1 << 20, Token);
        Assert.Equal((1, 1), (page.Computers.Count, page.Statuses.Count));
        await _store.AcknowledgeAsync(2, 2, RootLife, Token);
        Assert.Equal(10, await RootedOfChildAsync());

        var second = _store.OutboxIncarnation;
        _store = await ReopenAsync(isRoot: false);
        Assert.Equal((second, 2L), (_store.OutboxIncarnation, _store.Rooted));
    }

    [Fact]
    public async Task Restored_RootIsAnotherRoot()
    {
        _store = await ReopenAsync(isRoot: true);
        Assert.Equal(_store.OutboxIncarnation, _store.RootLife);
        var life = _store.RootLife;
        _store = await ReopenAsync(isRoot: true, restored: true);
        Assert.Equal(_store.OutboxIncarnation, _store.RootLife);
        Assert.NotEqual(life, _store.RootLife);
    }

    [Fact]
    public async Task Renew_NumbersThatWereGivenBefore_AreOfANewLife()
    {
        await MergeAsync([Computer("c1", 1)], []);
        await _store.AcknowledgeAsync(1, 1, RootLife, Token);
        var life = _store.OutboxIncarnation;

        await _store.RenewOutboxAsync(Token);

        Assert.NotEqual(life, _store.OutboxIncarnation);
        Assert.Equal((1L, 0L), (_store.OutboxHead, _store.Rooted));
    }

    [Fact]
    public async Task Child_OfANewLife_BeginsAtNothing()
    {
        await MergeAsync([Computer("c1", 1)], [], Child(10));
        var second = Guid.NewGuid();
        await MergeAsync([Computer("c1", 1)], [], new ChildOutbox("replica", second, 3));
        Assert.Equal(3, (await _store.FindChildAsync("replica", second, Token))!.Received);
        Assert.Null(await _store.FindChildAsync("replica", ChildLife, Token));

        await _store.ForgetChildrenAsync(Token);
        Assert.Null(await _store.FindChildAsync("replica", second, Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Outbox_ParentsComeAndGo_EachEndsWithEverything(int seed)
    {
        var random = new Random(seed);
        var updates = Enumerable.Range(0, 150).Select(_ => Guid.NewGuid()).ToArray();
        var parents = Enumerable.Range(0, 3).Select(_ => new Parent()).ToArray();
        var counter = 0L;
        for (var step = 0; step < 60; step++)
        {
            var parent = parents[random.Next(parents.Length)];
            if (random.Next(6) == 0) parent.TakeBack();
            if (random.Next(10) == 0) parent.KeepForLater();
            var received = parent.Received;
            await _store.AcknowledgeAsync(received, random.NextInt64(0, received + 1), RootLife, Token);
            for (var batch = random.Next(4); batch >= 0; batch--)
            {
                counter++;
                var incarnation = 1 + counter / 40;
                await MergeAsync([Computer($"c{random.Next(4)}", counter, incarnation)], [.. Enumerable.Range(0, random.Next(5)).Select(_ => Status($"c{random.Next(4)}", counter, updates[random.Next(150)], incarnation: incarnation))]);
                var page = await _store.ReadOutboxAsync(parent.Received, random.Next(1, 40), 1 << 20, Token);
                // Sometimes more happens between what was read and what the parent says of it, and sometimes the answer is lost.
                if (random.Next(3) == 0) await MergeAsync([], [Status($"c{random.Next(4)}", counter, updates[random.Next(150)], incarnation: incarnation)]);
                parent.Take(page);
                if (random.Next(4) == 0) break;
                await _store.AcknowledgeAsync(parent.Received, random.NextInt64(0, parent.Received + 1), RootLife, Token);
            }
        }

        var expected = await DumpAsync();
        foreach (var parent in parents)
        {
            await _store.AcknowledgeAsync(parent.Received, 0, RootLife, Token);
            while (await _store.ReadOutboxAsync(parent.Received, 10, 1 << 20, Token) is { IsEmpty: false } page)
            {
                parent.Take(page);
                await _store.AcknowledgeAsync(parent.Received, 0, RootLife, Token);
            }

            Assert.Equal(expected, parent.Dump());
        }
    }

    /// <summary>A parent in its simplest form, which can be taken back to a backup.</summary>
    private sealed class Parent
    {
        private Dictionary<string, ComputerReport> _computers = [];
        private Dictionary<(string, Guid), StatusReport> _statuses = [];
        private (long Received, Dictionary<string, ComputerReport> Computers, Dictionary<(string, Guid), StatusReport> Statuses) _backup = (0, [], []);

        public long Received { get; private set; }

        public void KeepForLater() => _backup = (Received, new(_computers), new(_statuses));

        public void TakeBack() => (Received, _computers, _statuses) = (_backup.Received, new(_backup.Computers), new(_backup.Statuses));

        public void Take(OutboxPage page)
        {
            foreach (var computer in page.Computers)
                if (!_computers.TryGetValue(computer.ComputerId, out var known) || (computer.Incarnation, computer.Counter).CompareTo((known.Incarnation, known.Counter)) > 0)
                    _computers[computer.ComputerId] = computer;
            foreach (var status in page.Statuses)
                if (!_statuses.TryGetValue((status.ComputerId, status.UpdateId), out var known) || (status.Incarnation, status.Counter).CompareTo((known.Incarnation, known.Counter)) > 0)
                    _statuses[(status.ComputerId, status.UpdateId)] = status;
            Received = page.Through;
        }

        public string[] Dump()
        {
            var newest = _computers.Values.Select(computer => (computer.ComputerId, computer.Incarnation)).Concat(_statuses.Values.Select(status => (status.ComputerId, status.Incarnation)))
                .GroupBy(said => said.ComputerId).ToDictionary(said => said.Key, said => said.Max(one => one.Incarnation));
            var computers = _computers.Values.OrderBy(computer => computer.Name).ToArray();
            return
            [
                .. computers.Select(computer => $"{computer}"),
                .. computers.SelectMany(computer => _statuses.Values.Where(status => status.ComputerId == computer.ComputerId && status.Incarnation == newest[status.ComputerId]).OrderBy(status => status.UpdateId)).Select(status => $"{status}"),
            ];
        }
    }
}
