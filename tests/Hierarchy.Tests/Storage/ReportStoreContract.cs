using Hierarchy.Domain;
using Hierarchy.Domain.Office;
using Hierarchy.Domain.Reports;
using Xunit;

namespace Hierarchy.Tests.Storage;

/// <summary>What every implementation of <see cref="IReportStore"/> must do.</summary>
public abstract partial class ReportStoreContract : IAsyncLifetime
{
    private static readonly Guid UpdateA = new("a0000000-0000-0000-0000-000000000001");
    private static readonly Guid UpdateB = new("b0000000-0000-0000-0000-000000000001");
    private static readonly Guid ChildLife = Guid.NewGuid();
    private static readonly Guid RootLife = Guid.NewGuid();

    private IReportStore _store = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the test's store, which asks <see cref="GroupsOf"/>; closes it first if it is open.</summary>
    protected abstract Task<IReportStore> ReopenAsync(bool isRoot, bool restored = false);

    public async ValueTask InitializeAsync() => _store = await ReopenAsync(isRoot: false);

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Merge_NewRows_TakeTheNextNumbersAndAreToldOf()
    {
        var heads = new List<long>();
        _store.Changed += heads.Add;

        Assert.Equal(3, await MergeAsync([Computer("c1", 1)], [Status("c1", 1, UpdateA), Status("c1", 1, UpdateB)]));

        // The computer's report takes one number, the block of its statuses another.
        Assert.Equal(2, _store.OutboxHead);
        Assert.Equal([2L], heads);
        var page = await _store.ReadOutboxAsync(0, 100, 1 << 20, Token);
        Assert.Equal(2, page.Through);
        Assert.Equivalent(Computer("c1", 1), Assert.Single(page.Computers), strict: true);
        Assert.Equal([Status("c1", 1, UpdateA), Status("c1", 1, UpdateB)], page.Statuses);
    }

    [Fact]
    public async Task Merge_HeldStatusAndOffice_AreKeptAndGoOn()
    {
        var office = new OfficeReport(IsKnown: true, [new OfficeInstallation { Line = OfficeProductLine.Office2003, SourceKind = OfficeSourceKind.AdministrativeInstallPoint, SourceState = OfficeSourceState.Updated, User = "anna", Name = "Büro \"2003\"" }]);
        StatusReport[] statuses =
        [
            Status("c1", 1, UpdateA, UpdateState.NotInstalled) with { Hold = HoldReason.UpdatedInstallPoint },
            Status("c1", 1, UpdateA, UpdateState.Downloaded, user: "anna") with { Hold = (HoldReason)1023 },
        ];
        await MergeAsync([Computer("c1", 1) with { Office = office }], statuses);
        _store = await ReopenAsync(isRoot: false);

        Assert.Equal(office, (await _store.FindComputerAsync("c1", Token))!.Report.Office);
        Assert.Equal(statuses, await _store.ListStatusesOfComputerAsync("c1", Token));
        Assert.Equal([(UpdateState.NotInstalled, 1), (UpdateState.Downloaded, 1)], (await _store.CountAsync([UpdateA], Token)).Select(count => (count.State, count.Count)));
        var page = await _store.ReadOutboxAsync(0, 100, 1 << 20, Token);
        Assert.Equal(office, Assert.Single(page.Computers).Office);
        Assert.Equal(statuses, page.Statuses.OrderBy(status => status.User, StringComparer.Ordinal));

        // A computer that lost its agent says nothing of Office any more.
        await MergeAsync([Computer("c1", 2)], [Status("c1", 2, UpdateA)]);
        Assert.Null((await _store.FindComputerAsync("c1", Token))!.Report.Office);
        Assert.Equal(HoldReason.None, (await _store.ListStatusesOfComputerAsync("c1", Token)).Single(status => status.User.Length == 0).Hold);
    }

    [Fact]
    public async Task Merge_SameOrOlder_ChangesNothing()
    {
        await MergeAsync([Computer("c1", 5)], [Status("c1", 5, UpdateA)]);
        var told = 0;
        _store.Changed += _ => told++;

        Assert.Equal(0, await MergeAsync([Computer("c1", 5, name: "other")], [Status("c1", 5, UpdateA, UpdateState.Failed)]));
        Assert.Equal(0, await MergeAsync([Computer("c1", 4)], [Status("c1", 4, UpdateA, UpdateState.Failed)]));
        Assert.Equal(0, await MergeAsync([Computer("c1", 900, incarnation: 0)], [Status("c1", 900, UpdateA, incarnation: 0)]));

        Assert.Equal((2L, 0), (_store.OutboxHead, told));
        Assert.Equal("c1.example", Assert.Single(await _store.ListComputersAsync(Token)).Report.Name);
        Assert.Equal(UpdateState.Installed, Assert.Single(await _store.ListStatusesOfComputerAsync("c1", Token)).State);
    }

    [Fact]
    public async Task Merge_NewerCounterOrIncarnation_Wins()
    {
        await MergeAsync([Computer("c1", 5)], [Status("c1", 5, UpdateA)]);
        Assert.Equal(2, await MergeAsync([Computer("c1", 6, name: "six")], [Status("c1", 6, UpdateA, UpdateState.Failed)]));
        Assert.Equal(2, await MergeAsync([Computer("c1", 1, incarnation: 2, name: "reimaged")], [Status("c1", 1, UpdateA, UpdateState.Downloaded, incarnation: 2)]));

        Assert.Equal("reimaged", Assert.Single(await _store.ListComputersAsync(Token)).Report.Name);
        Assert.Equal(UpdateState.Downloaded, Assert.Single(await _store.ListStatusesOfUpdateAsync(UpdateA, null, Token)).State);
        var page = await _store.ReadOutboxAsync(0, 100, 1 << 20, Token);
        Assert.Equal((1, 1, 6L), (page.Computers.Count, page.Statuses.Count, page.Through));
    }

    [Fact]
    public async Task Merge_AnyOrder_EndsInTheSameState()
    {
        var random = new Random(7);
        var statuses = Enumerable.Range(0, 60).Select(i => Status($"c{i % 3}", i / 6, i % 2 == 0 ? UpdateA : UpdateB, (UpdateState)(i % 6), incarnation: 1 + i % 3 * (i / 40), revision: 100 + i % 6)).ToArray();
        var computers = Enumerable.Range(0, 30).Select(i => Computer($"c{i % 3}", i, incarnation: 1 + i % 3 * (i / 25), name: $"name {i}")).ToArray();
        await MergeAsync(computers, statuses);
        var expected = await DumpAsync();
        for (var round = 0; round < 5; round++)
        {
            random.Shuffle(statuses);
            random.Shuffle(computers);
            await DisposeAsync();
            _store = await ReopenAsync(isRoot: false);
            foreach (var part in statuses.Chunk(7))
                await MergeAsync([], part);
            foreach (var part in computers.Chunk(4))
                await MergeAsync(part, []);
            Assert.Equal(expected, await DumpAsync());
        }
    }

    [Fact]
    public async Task Merge_StatusBeforeItsComputer_WaitsForIt()
    {
        await MergeAsync([], [Status("c1", 1, UpdateA)]);
        Assert.Empty(await _store.ListComputersAsync(Token));
        Assert.Single(await _store.ListStatusesOfComputerAsync("c1", Token));
        Assert.Empty((await _store.ReadOutboxAsync(0, 100, 1 << 20, Token)).Computers);

        Assert.Equal(1, await MergeAsync([Computer("c1", 0, incarnation: 0)], []));
        Assert.Single(await _store.ListComputersAsync(Token));
        Assert.Single((await _store.ReadOutboxAsync(0, 100, 1 << 20, Token)).Computers);
    }

    [Fact]
    public async Task Lists_AreByNameAndByUpdate()
    {
        await MergeAsync([Computer("c1", 1, name: "zeta"), Computer("c2", 1, name: "alpha")], [Status("c1", 1, UpdateA), Status("c2", 1, UpdateA), Status("c2", 1, UpdateB)]);

        Assert.Equal(["alpha", "zeta"], (await _store.ListComputersAsync(Token)).Select(computer => computer.Report.Name));
        Assert.Equal(["c1", "c2"], (await _store.ListStatusesOfUpdateAsync(UpdateA, null, Token)).Select(status => status.ComputerId));
        Assert.Equal([UpdateA, UpdateB], (await _store.ListStatusesOfComputerAsync("c2", Token)).Select(status => status.UpdateId));
        Assert.Empty(await _store.ListStatusesOfComputerAsync("nobody", Token));
    }

    [Fact]
    public async Task Outbox_InSmallPages_GivesEveryRowOnceInOrder()
    {
        for (var i = 0; i < 30; i++)
            await MergeAsync([Computer($"c{i:00}", 1)], [Status($"c{i:00}", 1, UpdateA)]);
        await MergeAsync([Computer("c03", 2)], [Status("c07", 2, UpdateA)]);

        foreach (var (rows, bytes) in new[] { (1, 1 << 20), (7, 1 << 20), (1000, 1), (1000, 300), (1000, 1 << 20) })
        {
            var (computers, statuses, after) = (0, 0, 0L);
            while (await _store.ReadOutboxAsync(after, rows, bytes, Token) is { IsEmpty: false } page)
            {
                Assert.True(page.Through > after);
                Assert.True(page.Computers.Count + page.Statuses.Count <= rows);
                (computers, statuses, after) = (computers + page.Computers.Count, statuses + page.Statuses.Count, page.Through);
            }

            Assert.Equal((30, 30, 62L), (computers, statuses, after));
        }

        var empty = await _store.ReadOutboxAsync(62, 10, 1000, Token);
        Assert.Equal((true, 62L), (empty.IsEmpty, empty.Through));
    }

    [Fact]
    public async Task Acknowledge_RootedNeverGoesBackAndSurvivesARestart()
    {
        await MergeAsync([Computer("c1", 1), Computer("c2", 1), Computer("c3", 1)], []);
        await _store.AcknowledgeAsync(2, 2, RootLife, Token);
        await _store.AcknowledgeAsync(2, 1, RootLife, Token);
        await _store.AcknowledgeAsync(2, 1, Guid.Empty, Token);
        Assert.Equal(2, _store.Rooted);
        await Assert.ThrowsAsync<IntegrityException>(async () => await _store.AcknowledgeAsync(4, 2, RootLife, Token));
        await Assert.ThrowsAsync<IntegrityException>(async () => await _store.AcknowledgeAsync(2, 3, RootLife, Token));

        var life = _store.OutboxIncarnation;
        _store = await ReopenAsync(isRoot: false);
        Assert.Equal((life, 3L, 2L, RootLife), (_store.OutboxIncarnation, _store.OutboxHead, _store.Rooted, _store.RootLife));
    }

    [Fact]
    public async Task Child_NeverSeen_IsNull()
    {
        Assert.Null(await _store.FindChildAsync("replica", ChildLife, Token));
    }

    [Fact]
    public async Task Child_IsRootedOnlyWhenItsRowsAre()
    {
        await MergeAsync([Computer("own", 1)], []);
        await MergeAsync([Computer("c1", 1)], [Status("c1", 1, UpdateA)], Child(10));
        await MergeAsync([Computer("c2", 1)], [], Child(20));
        await MergeAsync([Computer("own", 2)], []);
        await MergeAsync([Computer("c2", 1)], [], Child(25));
        Assert.Equal(25, (await _store.FindChildAsync("replica", ChildLife, Token))!.Received);
        Assert.Null(await _store.FindChildAsync("replica", Guid.NewGuid(), Token));

        foreach (var (rooted, ofChild) in new[] { (1, 0), (2, 0), (3, 10), (4, 20), (5, 25) })
        {
            await _store.AcknowledgeAsync(rooted, rooted, RootLife, Token);
            _store = await ReopenAsync(isRoot: false);
            Assert.Equal(ofChild, await RootedOfChildAsync());
        }

        await MergeAsync([], [], Child(26));
        Assert.Equal(26, await RootedOfChildAsync());
    }

    [Fact]
    public async Task Child_RowThatALaterReportReplaced_IsNotHeldBack()
    {
        await MergeAsync([Computer("c1", 1)], [], Child(1));
        await MergeAsync([Computer("c1", 2)], []);
        await _store.AcknowledgeAsync(1, 1, RootLife, Token);
        Assert.Equal(1, await RootedOfChildAsync());
    }

    [Fact]
    public async Task Child_PositionNeverGoesBack()
    {
        await MergeAsync([Computer("c1", 1)], [], Child(10));
        await MergeAsync([Computer("c1", 1)], [], Child(5));
        Assert.Equal(10, (await _store.FindChildAsync("replica", ChildLife, Token))!.Received);
        await _store.AcknowledgeAsync(1, 1, RootLife, Token);
        Assert.Equal(10, await RootedOfChildAsync());
    }

    [Fact]
    public async Task Root_WhateverIsDurable_IsRooted()
    {
        await MergeAsync([Computer("before", 1)], [], Child(1));
        _store = await ReopenAsync(isRoot: true);
        await MergeAsync([Computer("c1", 1)], [], Child(10));

        Assert.Equal((2L, 2L), (_store.OutboxHead, _store.Rooted));
        Assert.Equal(10, await RootedOfChildAsync());
    }

    [Fact]
    public async Task Merge_ManyAtOnce_NothingIsLostOrCountedTwice()
    {
        var changed = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () => await MergeAsync([Computer($"c{i % 50}", 1)], [Status($"c{i % 50}", 1, UpdateA)]), Token)));
        Assert.Equal(100, changed.Sum());
        Assert.Equal(100, _store.OutboxHead);
        Assert.Equal(50, (await _store.CountAsync([UpdateA], Token)).Sum(count => count.Count));
        Assert.Equal(50, (await _store.ListComputersAsync(Token)).Count);
    }

    private static ComputerReport Computer(string id, long counter, long incarnation = 1, string? name = null) => new()
    {
        ComputerId = id,
        Incarnation = incarnation,
        Counter = counter,
        Name = name ?? $"{id}.example",
        Address = "127.0.1.7",
        OperatingSystem = "Windows 11",
        Groups = ["Pilot", "Büro, \"Süd\""],
        ServerId = "replica",
        ReportedAt = DateTimeOffset.UnixEpoch.AddSeconds(counter),
        OsVersion = "10.0.22631.4169",
        Manufacturer = "Dell Inc.",
        Model = "Latitude 7440",
        UtcOffset = counter == 5 ? null : TimeSpan.FromMinutes(-210),
    };

    private static StatusReport Status(string id, long counter, Guid update, UpdateState state = UpdateState.Installed, long incarnation = 1, int revision = 200, string user = "") =>
        new(id, incarnation, counter, update, revision, state, -2147024891, DateTimeOffset.UnixEpoch.AddSeconds(counter), user);

    private async Task<long> RootedOfChildAsync() => (await _store.FindChildAsync("replica", ChildLife, Token))!.Rooted;

    private static ChildOutbox Child(long received) => new("replica", ChildLife, received);

    private ValueTask<int> MergeAsync(IReadOnlyList<ComputerReport> computers, IReadOnlyList<StatusReport> statuses, ChildOutbox? child = null) =>
        _store.MergeAsync(computers, statuses, child, Token);

    private async Task<string[]> DumpAsync()
    {
        var computers = await _store.ListComputersAsync(Token);
        var statuses = new List<StatusReport>();
        foreach (var computer in computers)
            statuses.AddRange(await _store.ListStatusesOfComputerAsync(computer.Report.ComputerId, Token));
        return [.. computers.Select(computer => $"{computer.Report}"), .. statuses.Select(status => $"{status}")];
    }
}
