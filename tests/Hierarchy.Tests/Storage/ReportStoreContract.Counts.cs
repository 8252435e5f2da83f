using Hierarchy.Domain.Reports;
using Xunit;

namespace Hierarchy.Tests.Storage;

/// <summary>Counts by update, groups and state, which are kept with every change.</summary>
public abstract partial class ReportStoreContract
{
    private static readonly Guid Berlin = new("00000000-0000-0000-0000-0000000000be");
    private static readonly Guid Paris = new("00000000-0000-0000-0000-0000000000fa");

    private readonly Dictionary<string, Guid[]?> _groups = [];

    /// <summary>What the server's view says of groups: a test's own table; without a line there, none.</summary>
    protected IReadOnlyList<Guid>? GroupsOf(ComputerReport report) => _groups.GetValueOrDefault(report.ComputerId, []);

    [Fact]
    public async Task Count_ByUpdateGroupsAndState_FollowsEveryChange()
    {
        (_groups["c1"], _groups["c2"], _groups["c3"]) = ([Berlin], [Berlin], [Berlin, Paris]);
        await MergeAsync(
            [Computer("c1", 1), Computer("c2", 1), Computer("c3", 1)],
            [Status("c1", 1, UpdateA), Status("c2", 1, UpdateA, UpdateState.Failed), Status("c3", 1, UpdateA), Status("c3", 1, UpdateB)]);
        Assert.Equal(["a0: be Installed 1", "a0: be Failed 1", "a0: be+fa Installed 1", "b0: be+fa Installed 1"], await CountsAsync());

        await MergeAsync([], [Status("c2", 2, UpdateA), Status("c1", 0, UpdateA, UpdateState.Failed)]);
        Assert.Equal(["a0: be Installed 2", "a0: be+fa Installed 1", "b0: be+fa Installed 1"], await CountsAsync());
        Assert.Equal([(1, 2), (2, 1)], (await _store.CountComputersAsync(Token)).Select(count => (count.Groups.Count, count.Count)).Order());

        _store = await ReopenAsync(isRoot: false);
        Assert.Equal(["a0: be Installed 2", "a0: be+fa Installed 1", "b0: be+fa Installed 1"], await CountsAsync());
        Assert.Equal((2, 1), ((await _store.FindComputerAsync("c3", Token))!.States[UpdateState.Installed], (await _store.FindComputerAsync("c1", Token))!.States.Total));
        Assert.Null(await _store.FindComputerAsync("nobody", Token));
    }

    [Fact]
    public async Task Regroup_MovesTheCountsOfThoseThatAreElsewhere()
    {
        (_groups["c1"], _groups["c2"]) = ([Berlin], [Berlin]);
        await MergeAsync([Computer("c1", 1), Computer("c2", 1)], [Status("c1", 1, UpdateA), Status("c2", 1, UpdateA), Status("c2", 1, UpdateB, UpdateState.Failed)]);
        var head = _store.OutboxHead;

        _groups["c2"] = [Paris];
        Assert.Equal(1, await _store.RegroupAsync(["c1", "c2", "nobody"], Token));
        Assert.Equal(["a0: be Installed 1", "a0: fa Installed 1", "b0: fa Failed 1"], await CountsAsync());
        Assert.Equal(0, await _store.RegroupAsync(["c1", "c2"], Token));
        Assert.Equal((head, 1, 1), (_store.OutboxHead, (await _store.CountComputersAsync(Token))[0].Count, (await _store.CountComputersAsync(Token))[1].Count));
        Assert.Equal([Paris], (await _store.FindComputerAsync("c2", Token))!.Groups);

        // A server without a view does not know: the computer stays counted where it was.
        _groups["c2"] = null;
        await MergeAsync([Computer("c2", 2)], []);
        Assert.Equal(["a0: be Installed 1", "a0: fa Installed 1", "b0: fa Failed 1"], await CountsAsync());
    }

    [Fact]
    public async Task Count_StatusBeforeItsComputer_MovesIntoTheGroupsWithItsReport()
    {
        _groups["c1"] = [Berlin];
        await MergeAsync([], [Status("c1", 1, UpdateA)]);
        Assert.Equal(["a0:  Installed 1"], await CountsAsync());
        Assert.Empty(await _store.CountComputersAsync(Token));

        await MergeAsync([Computer("c1", 1)], []);
        Assert.Equal(["a0: be Installed 1"], await CountsAsync());
        Assert.Equal(1, Assert.Single(await _store.CountComputersAsync(Token)).Count);
    }

    [Fact]
    public async Task Merge_HigherIncarnation_EndsEverythingThatWasSaidBefore()
    {
        _groups["c1"] = [Berlin];
        await MergeAsync([Computer("c1", 5)], [Status("c1", 5, UpdateA), Status("c1", 5, UpdateB), Status("c1", 5, UpdateB, user: "S-1-5-21-7")]);
        await MergeAsync([Computer("c1", 1, incarnation: 2)], []);
        Assert.Empty(await _store.ListStatusesOfComputerAsync("c1", Token));
        Assert.Empty(await CountsAsync());
        Assert.Equal(0, (await _store.FindComputerAsync("c1", Token))!.States.Total);

        // What is still on its way from before does not come back, and what is new does not mix with it.
        Assert.Equal(1, await MergeAsync([], [Status("c1", 900, UpdateA, UpdateState.Failed), Status("c1", 1, UpdateB, UpdateState.NotInstalled, incarnation: 2)]));
        Assert.Equal(["b0: be NotInstalled 1"], await CountsAsync());
        Assert.Equal(UpdateState.NotInstalled, Assert.Single(await _store.ListStatusesOfComputerAsync("c1", Token)).State);

        // A status alone says it as well, wherever in a batch it stands.
        await MergeAsync([], [Status("c1", 2, UpdateA, incarnation: 3), Status("c1", 2, UpdateB, incarnation: 2)]);
        Assert.Equal(["a0: be Installed 1"], await CountsAsync());
    }

    [Fact]
    public async Task Merge_OneUpdateForSeveralUsers_IsKeptForEach()
    {
        await MergeAsync([Computer("c1", 1)], [Status("c1", 1, UpdateA), Status("c1", 1, UpdateA, UpdateState.Failed, user: "alice"), Status("c1", 1, UpdateA, UpdateState.NotInstalled, user: "bob")]);
        await MergeAsync([], [Status("c1", 2, UpdateA, UpdateState.Installed, user: "bob")]);

        Assert.Equal([("", UpdateState.Installed), ("alice", UpdateState.Failed), ("bob", UpdateState.Installed)], (await _store.ListStatusesOfUpdateAsync(UpdateA, null, Token)).Select(status => (status.User, status.State)));
        Assert.Equal("alice", Assert.Single(await _store.ListStatusesOfUpdateAsync(UpdateA, UpdateState.Failed, Token)).User);
        Assert.Equal(["a0:  Installed 2", "a0:  Failed 1"], await CountsAsync());
        _store = await ReopenAsync(isRoot: false);
        Assert.Equal(["", "alice", "bob"], (await _store.ReadOutboxAsync(0, 100, 1 << 20, Token)).Statuses.Select(status => status.User).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Merge_UpdatesOfManyBlocks_AreAllKeptAndCounted()
    {
        var random = new Random(3);
        var updates = Enumerable.Range(0, 700).Select(_ => Guid.NewGuid()).ToArray();
        var expected = new Dictionary<Guid, StatusReport>();
        for (var counter = 1L; counter <= 40; counter++)
        {
            var said = updates.Where(_ => random.Next(4) == 0)
                .Select(update => new StatusReport("c1", 1, counter, update, random.Next(100, 300), (UpdateState)random.Next(1, 7), random.Next(3) == 0 ? random.Next(int.MinValue, 0) : 0, DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(0, 253402300799999)))).ToArray();
            await MergeAsync([], said);
            foreach (var status in said)
                expected[status.UpdateId] = status;
        }

        Assert.Equal(expected.Values.OrderBy(status => status.UpdateId), await _store.ListStatusesOfComputerAsync("c1", Token));
        Assert.Equal(expected.Count, (await _store.CountAsync(updates, Token)).Sum(count => count.Count));
        var ofOne = expected.Values.First();
        Assert.Equal(ofOne, Assert.Single(await _store.ListStatusesOfUpdateAsync(ofOne.UpdateId, null, Token)));
    }

    private async Task<string[]> CountsAsync() =>
        [.. (await _store.CountAsync([UpdateA, UpdateB, Guid.NewGuid()], Token)).OrderBy(count => count.UpdateId).ThenBy(count => Names(count), StringComparer.Ordinal).ThenBy(count => count.State)
            .Select(count => $"{count.UpdateId.ToString()[..2]}: {Names(count)} {count.State} {count.Count}")];

    private static string Names(StatusCount count) => string.Join('+', count.Groups.Select(group => group.ToString()[^2..]));
}
