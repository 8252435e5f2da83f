using Hierarchy.Domain.Reports;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Rollup;

/// <summary>
/// Three tiers with real stores, and messages that a seed delays, cuts and reorders. Computers roam between the leaves and are re-imaged; servers change parents, are restored and promoted.
/// In the end the root holds the latest word of every computer about every update, and nothing else.
/// </summary>
public sealed class RollupTreeTests : IAsyncLifetime
{
    private const int Computers = 6;
    private const int Steps = 500;

    private readonly TemporaryFolder _folder = new();
    private readonly Guid[] _updates = [.. Enumerable.Range(0, 140).Select(number => new Guid(number + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))];
    private readonly Dictionary<string, (long Incarnation, long Counter)> _last = [];
    private readonly Dictionary<(string Computer, Guid Update), StatusReport> _said = [];
    private readonly List<(ComputerReport Computer, StatusReport[] Statuses)> _late = [];
    private ReportingServer _root = null!; // InitializeAsync opens the tree.
    private ReportingServer[] _middle = [];
    private ReportingServer[] _leaves = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IEnumerable<ReportingServer> All => [_root, .. _middle, .. _leaves];

    public async ValueTask InitializeAsync()
    {
        _root = new ReportingServer("root", _folder);
        _middle = [.. Enumerable.Range(1, 2).Select(number => new ReportingServer($"middle-{number}", _folder) { Parent = _root })];
        _leaves = [.. Enumerable.Range(1, 3).Select(number => new ReportingServer($"leaf-{number}", _folder) { Parent = _middle[number % 2] })];
        foreach (var server in All)
            await server.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in All)
            await server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Reports_OfRoamingComputers_EndAsTheLatestWord(int seed)
    {
        var random = new Random(seed);
        for (var step = 0; step < Steps; step++)
        {
            await ReportOrDeliverAsync(random);
            if (random.Next(40) == 0) Any(random, _leaves).Cut();
            if (random.Next(60) == 0) Move(random);
        }

        await SettleAsync(random);
        await CompareAsync();
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task Reports_ServersRestoredFromOldBackups_AreGivenBackWhatTheyLost(int seed)
    {
        var random = new Random(seed);
        for (var step = 0; step < Steps; step++)
        {
            await ReportOrDeliverAsync(random);
            if (random.Next(50) == 0) await Any(random, [_root, .. _middle]).BackUpAsync();
            if (random.Next(80) == 0) await Any(random, [_root, .. _middle]).RestoreAsync(says: true);
            if (random.Next(80) == 0) Move(random);
        }

        await SettleAsync(random);
        await CompareAsync();
        foreach (var leaf in _leaves)
            await ContainsAsync(leaf.Parent!, leaf); // Leaves have parents.
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task Reports_ServerRestoredAndNobodySaidSo_IsFoundOut(int seed)
    {
        var random = new Random(seed);
        await _middle[0].BackUpAsync();
        for (var step = 0; step < Steps / 2; step++)
            await ReportOrDeliverAsync(random);
        await SettleAsync(random);
        Assert.True(_middle[0].Store.OutboxHead > 0);
        var life = _middle[0].Store.OutboxIncarnation;

        await _middle[0].RestoreAsync(says: false);
        Assert.Equal(0, _middle[0].Store.OutboxHead);
        await _middle[0].StepAsync(random, Token);
        await _middle[0].StepAsync(random, Token);
        Assert.NotEqual(life, _middle[0].Store.OutboxIncarnation);

        for (var step = 0; step < Steps / 2; step++)
            await ReportOrDeliverAsync(random);
        await SettleAsync(random);
        await CompareAsync();
    }

    [Theory]
    [InlineData(25)]
    [InlineData(26)]
    [InlineData(27)]
    public async Task Reports_ServerRestoredAndNobodySaidSoUntilItsNumbersPassedTheParents_IsFoundOut(int seed)
    {
        var random = new Random(seed);
        await _middle[0].BackUpAsync();
        for (var step = 0; step < Steps / 2; step++)
            await ReportOrDeliverAsync(random);
        await SettleAsync(random);
        var (life, head) = (_middle[0].Store.OutboxIncarnation, _middle[0].Store.OutboxHead);

        // The line to the parent is down, and computers give it as many numbers as before. What stands behind those is not what stood there.
        await _middle[0].RestoreAsync(says: false);
        Assert.Equal((0L, life), (_middle[0].Store.OutboxHead, _middle[0].Store.OutboxIncarnation));
        while (_middle[0].Store.OutboxHead <= head)
        {
            Report(random);
            await ArriveAsync(_middle[0], _late.Count - 1);
        }

        await _middle[0].StepAsync(random, Token);
        await _middle[0].StepAsync(random, Token);
        Assert.NotEqual(life, _middle[0].Store.OutboxIncarnation);

        for (var step = 0; step < Steps / 2; step++)
            await ReportOrDeliverAsync(random);
        await SettleAsync(random);
        await CompareAsync();
        await ContainsAsync(_root, _middle[0]);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public async Task Reports_ReplicaBecomesTheRoot_TheTreeGivesItEverything(int seed)
    {
        var random = new Random(seed);
        for (var step = 0; step < Steps / 2; step++)
            await ReportOrDeliverAsync(random);
        var before = _root.Store.RootLife;

        // The root burns down: the first replica of it takes over, and the other one goes below it.
        await _root.DisposeAsync();
        (_root, _middle) = (_middle[0], [_middle[1]]);
        _root.Parent = null;
        await _root.OpenAsync();
        _middle[0].Parent = _root;
        _middle[0].Cut();
        Assert.NotEqual(before, _root.Store.RootLife);
        for (var step = 0; step < Steps / 2; step++)
            await ReportOrDeliverAsync(random);

        await SettleAsync(random);
        await CompareAsync();
        Assert.All(_leaves, leaf => Assert.Equal(_root.Store.RootLife, leaf.Store.RootLife));
    }

    [Fact]
    public async Task Report_ThatComesLateFromTheOldServer_ChangesNothing()
    {
        var random = new Random(1);
        await ReportAsync(_leaves[0], "c1", incarnation: 1, counter: 1, UpdateState.NotInstalled);
        // It roams, is re-imaged there, and the old server's line comes back last.
        await ReportAsync(_leaves[1], "c1", incarnation: 1, counter: 2, UpdateState.Downloaded);
        await ReportAsync(_leaves[2], "c1", incarnation: 2, counter: 1, UpdateState.Installed);
        foreach (var server in new[] { _leaves[2], _leaves[1], _leaves[0] })
            for (var step = 0; step < 200; step++)
            {
                await server.StepAsync(random, Token);
                await server.Parent!.StepAsync(random, Token); // Leaves have parents.
            }

        Assert.Equal((2L, UpdateState.Installed), Assert.Single(await _root.Store.ListStatusesOfUpdateAsync(_updates[0], null, Token)) is var status ? (status.Incarnation, status.State) : default);
        Assert.Equal((2L, 1), Assert.Single(await _root.Store.ListComputersAsync(Token)) is var computer ? (computer.Report.Incarnation, computer.States.Total) : default);
    }

    private async Task ReportAsync(ReportingServer server, string computer, long incarnation, long counter, UpdateState state) =>
        await server.Store.MergeAsync([Computer(computer, incarnation, counter)], [new StatusReport(computer, incarnation, counter, _updates[0], 200, state, 0, DateTimeOffset.UnixEpoch)], null, Token);

    private async Task ReportOrDeliverAsync(Random random)
    {
        if (random.Next(4) == 0)
        {
            Report(random);
            // A report may wait and arrive behind a later one, at another server.
            var index = random.Next(_late.Count);
            if (random.Next(4) != 0) await ArriveAsync(Any(random, _leaves), index);
        }

        await Any(random, [.. All]).StepAsync(random, Token);
    }

    private void Report(Random random)
    {
        var id = $"c{random.Next(Computers)}";
        var (incarnation, counter) = _last.GetValueOrDefault(id, (1, 0));
        _last[id] = (incarnation, counter) = random.Next(30) == 0 ? (incarnation + 1, 1) : (incarnation, counter + 1);
        var statuses = _updates.Where(_ => random.Next(30) == 0).Select(update => new StatusReport(id, incarnation, counter, update, 200, (UpdateState)random.Next(1, 7), 0, DateTimeOffset.UnixEpoch.AddSeconds(counter))).ToArray();
        _late.Add((Computer(id, incarnation, counter), statuses));
    }

    private async Task ArriveAsync(ReportingServer server, int index)
    {
        var (computer, statuses) = _late[index];
        _late.RemoveAt(index);
        await server.Store.MergeAsync([computer], statuses, null, Token);
        foreach (var status in statuses)
            if (!_said.TryGetValue((status.ComputerId, status.UpdateId), out var known) || (status.Incarnation, status.Counter).CompareTo((known.Incarnation, known.Counter)) > 0)
                _said[(status.ComputerId, status.UpdateId)] = status;
    }

    private void Move(Random random)
    {
        var leaf = Any(random, _leaves);
        leaf.Parent = Any(random, [_root, .. _middle]);
        leaf.Cut();
    }

    private async Task SettleAsync(Random random)
    {
        while (_late.Count > 0)
            await ArriveAsync(Any(random, _leaves), 0);
        for (var step = 0; !All.All(server => server.IsSettled); step++)
        {
            Assert.True(step < 5000, "The tree does not come to rest.");
            foreach (var server in All)
                await server.StepAsync(random, Token);
        }
    }

    private async Task CompareAsync()
    {
        var expected = _said.Values.Where(status => status.Incarnation == _last[status.ComputerId].Incarnation).OrderBy(status => status.ComputerId, StringComparer.Ordinal).ThenBy(status => status.UpdateId).ToArray();
        var held = new List<StatusReport>();
        var computers = await _root.Store.ListComputersAsync(Token);
        foreach (var computer in computers)
            held.AddRange(await _root.Store.ListStatusesOfComputerAsync(computer.Report.ComputerId, Token));
        Assert.Equal(_last.Select(last => (last.Key, last.Value.Incarnation, last.Value.Counter)).Order(), computers.Select(computer => (computer.Report.ComputerId, computer.Report.Incarnation, computer.Report.Counter)).Order());
        Assert.Equal(expected, held.OrderBy(status => status.ComputerId, StringComparer.Ordinal).ThenBy(status => status.UpdateId));
        var counted = (await _root.Store.CountAsync(_updates, Token)).Select(count => (count.UpdateId, count.State, count.Count)).Order();
        Assert.Equal(expected.GroupBy(status => (status.UpdateId, status.State)).Select(same => (same.Key.UpdateId, same.Key.State, same.Count())).Order(), counted);
    }

    private static async Task ContainsAsync(ReportingServer parent, ReportingServer child)
    {
        foreach (var computer in await child.Store.ListComputersAsync(Token))
        {
            var above = (await parent.Store.ListStatusesOfComputerAsync(computer.Report.ComputerId, Token)).ToDictionary(status => status.UpdateId);
            var newer = (await parent.Store.FindComputerAsync(computer.Report.ComputerId, Token))!.Report.Incarnation > computer.Report.Incarnation; // The parent has every computer of its child.
            foreach (var status in newer ? [] : await child.Store.ListStatusesOfComputerAsync(computer.Report.ComputerId, Token))
                Assert.True((above[status.UpdateId].Incarnation, above[status.UpdateId].Counter).CompareTo((status.Incarnation, status.Counter)) >= 0);
        }
    }

    private static ComputerReport Computer(string id, long incarnation, long counter) => new() { ComputerId = id, Incarnation = incarnation, Counter = counter, Name = id };

    private static ReportingServer Any(Random random, ReportingServer[] servers) => servers[random.Next(servers.Length)];
}
