using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Xunit;

namespace Hierarchy.Tests.Server;

public sealed class StatusCountTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_CountsByGroup_FollowReportsAndAssignments()
    {
        await using var root = await RunningServer.RootAsync();
        var update = (await root.AddUpdateAsync()).UpdateId;
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Europe" }, cancellationToken: Token);
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Berlin", Parent = "Europe" }, cancellationToken: Token);
        await ReportAsync(root, "c1", 1, update, UpdateState.Installed, "Berlin");
        await ReportAsync(root, "c2", 1, update, UpdateState.Failed, "Europe");
        await ReportAsync(root, "c3", 1, update, UpdateState.Installed, "nowhere");
        await ReportAsync(root, "c4", 1, update, state: null, "Berlin");

        Assert.Equal(
            ["All Computers 4: 1 Unspecified, 2 Installed, 1 Failed", "Berlin 2: 1 Unspecified, 1 Installed", "Europe 3: 1 Unspecified, 1 Installed, 1 Failed", "Unassigned Computers 1: 1 Installed"],
            await CountsAsync(root, update));

        // A group by the name that a computer has been asking for all along, and one that an administrator moves.
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "nowhere" }, cancellationToken: Token);
        var assign = new AssignComputersRequest();
        assign.Computers.Add(new ComputerAssignment { ComputerId = "c1", Name = "c1.example", Groups = { "nowhere" } });
        await root.Admin.AssignComputersAsync(assign, cancellationToken: Token);
        await Eventually.HoldsAsync("the counts have moved", async () => (await CountsAsync(root, update)).SequenceEqual(
            ["All Computers 4: 1 Unspecified, 2 Installed, 1 Failed", "Berlin 1: 1 Unspecified", "Europe 2: 1 Unspecified, 1 Failed", "nowhere 2: 2 Installed"]));
    }

    [Fact]
    public async Task Status_ListsWhatWasAskedFor()
    {
        await using var root = await RunningServer.RootAsync();
        var update = (await root.AddUpdateAsync()).UpdateId;
        foreach (var number in Enumerable.Range(1, 5))
            await ReportAsync(root, $"c{number}", 1, update, number < 4 ? UpdateState.Failed : UpdateState.Installed, "Berlin");
        await ReportAsync(root, "c5", 2, update, UpdateState.NotInstalled, "Berlin", user: "S-1-5-21-1");

        var failed = await root.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = $"{update}", State = UpdateState.Failed, Limit = 2 }, cancellationToken: Token);
        Assert.Equal(["c1.example", "c2.example"], failed.Computers.Select(computer => computer.Computer));
        Assert.Equal((3, 3, 2), (failed.Matching, failed.States[(int)UpdateState.Failed], failed.States[(int)UpdateState.Installed]));
        var needed = await root.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = $"{update}", State = UpdateState.NotInstalled }, cancellationToken: Token);
        Assert.Equal("S-1-5-21-1", Assert.Single(needed.Computers).User);
        var counts = await root.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = $"{update}", CountsOnly = true }, cancellationToken: Token);
        Assert.Equal((0, 2), (counts.Computers.Count, counts.States[(int)UpdateState.Installed]));

        var listed = Assert.Single((await root.Admin.ListUpdatesAsync(new ListUpdatesRequest(), cancellationToken: Token)).Updates);
        Assert.Equal((3, 2, 1), (listed.States[(int)UpdateState.Failed], listed.States[(int)UpdateState.Installed], listed.States[(int)UpdateState.NotInstalled]));
        var computers = (await root.Admin.ListComputersAsync(new ListComputersRequest(), cancellationToken: Token)).Computers;
        Assert.Equal((5, 1, 1), (computers.Count, computers[4].States[(int)UpdateState.Installed], computers[4].States[(int)UpdateState.NotInstalled]));
    }

    private static async Task<string[]> CountsAsync(RunningServer server, Guid update) =>
        [.. (await server.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = $"{update}", CountsOnly = true }, cancellationToken: Token)).Groups
            .Select(group => $"{group.Group} {group.Computers}: {string.Join(", ", group.States.OrderBy(state => state.Key).Select(state => $"{state.Value} {(UpdateState)state.Key}"))}")];

    private static async Task ReportAsync(RunningServer server, string computer, long counter, Guid update, UpdateState? state, string group, string user = "")
    {
        var request = new ReportRequest { ClientId = computer, Incarnation = 1, Counter = counter, Name = computer + ".example", OperatingSystem = "Windows", Groups = { group } };
        if (state is { } seen)
            request.Statuses.Add(new UpdateStatus { UpdateId = ByteString.CopyFrom(update.ToByteArray(bigEndian: true)), RevisionNumber = 100, State = seen, User = user, Time = new Timestamp() });
        await server.Client.ReportAsync(request, cancellationToken: Token);
    }
}
