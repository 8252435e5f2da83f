using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Xunit;
using static Hierarchy.Tests.Server.GroupChangesTests;

namespace Hierarchy.Tests.Server;

/// <summary>The switch between the administrator's word and the computer's.</summary>
public sealed class TargetingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Targeting_EachValue_DecidesWhoseWordCountsInTheWholeTree()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        var (put, named) = (await ApprovedAsync(root, "Put"), await ApprovedAsync(root, "Named"));
        await AssignAsync(root, "pc", "Put");
        var groups = new GroupService.GroupServiceClient(root.Channel);
        (string Computer, string[] Names)[] computers = [("pc", ["Named"]), ("other", ["nobody; NAMED ;"]), ("silent", [])];
        Assert.Equal(Targeting.Either, (await groups.GetTargetingAsync(new GetTargetingRequest(), cancellationToken: Token)).Targeting);

        Assert.Equal(["Put", "Named", "Unassigned Computers"], await PlacesAsync(root, replica, computers));
        Assert.True((await SetAsync(groups, Targeting.Server)).Changed);
        Assert.Equal(["Put", "Unassigned Computers", "Unassigned Computers"], await PlacesAsync(root, replica, computers));
        Assert.True((await SetAsync(groups, Targeting.Client)).Changed);
        Assert.Equal(["Named", "Named", "Unassigned Computers"], await PlacesAsync(root, replica, computers));
        Assert.Equal(DecisionAction.Install, (await SyncAsync(replica, "pc", "Named"))[named]);
        Assert.Equal(DecisionAction.Evaluate, (await SyncAsync(replica, "pc", "Named"))[put]);
        var shown = await new GroupService.GroupServiceClient(replica.Channel).GetTargetingAsync(new GetTargetingRequest(), cancellationToken: Token);
        Assert.Equal(Targeting.Client, shown.Targeting);
        Assert.False((await SetAsync(groups, Targeting.Client)).Changed);

        // Assignments stay, and nobody makes one that would mean nothing.
        var refused = await Assert.ThrowsAsync<RpcException>(() => AssignAsync(root, "other", "Put"));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("groups targeting set server", refused.Status.Detail, StringComparison.Ordinal);
        Assert.True((await SetAsync(groups, Targeting.Either)).Changed);
        Assert.Equal(["Put", "Named", "Unassigned Computers"], await PlacesAsync(root, replica, computers));
    }

    [Fact]
    public async Task Targeting_OfTheTree_HoldsForAnAutonomousServerAndBesideADefaultSite()
    {
        await using var root = await RunningServer.RootAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the catalog is there", () => lab.Views.Current.Checkpoint is not null);
        await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Bench" }, cancellationToken: Token);
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "here", Subnets = { "10.0.0.0/8" } }, cancellationToken: Token);
        var sites = new SiteService.SiteServiceClient(root.Channel);
        await SetAsync(new GroupService.GroupServiceClient(root.Channel), Targeting.Server);
        await sites.SetDefaultSiteAsync(new SetDefaultSiteRequest { Name = "here" }, cancellationToken: Token);

        await Eventually.HoldsAsync("the switch is there", () => lab.Views.View.TreeSettings == root.Views.View.TreeSettings && root.Views.View.TreeSettings.DefaultSite == "here");
        Assert.Equal(["Unassigned Computers"], await StartedAsync(lab, "pc", ["Bench"]));
        await AssignAsync(lab, "pc", "Bench");
        Assert.Equal(["Bench"], await StartedAsync(lab, "pc", []));
    }

    [Fact]
    public async Task Targeting_Changes_FollowersAreToldAnewAndCountsFollow()
    {
        await using var root = await RunningServer.RootAsync();
        var update = await ApprovedAsync(root, "Pilot");
        await ReportAsync(root, "pc", "Pilot");
        await ReportAsync(root, "other", "Elsewhere");
        var groups = new GroupService.GroupServiceClient(root.Channel);
        var said = await groups.SetTargetingAsync(new SetTargetingRequest { Targeting = Targeting.Server, WhatIf = true }, cancellationToken: Token);
        Assert.Equal(new GroupEffect { Computers = 1, ComputersUnassigned = 1, UpdatesChanged = 1, UpdatesEnded = 1 }, said.Effect);
        Assert.Equal(Targeting.Either, (await groups.GetTargetingAsync(new GetTargetingRequest(), cancellationToken: Token)).Targeting);
        using var follower = root.Client.Sync(new SyncRequest { ClientId = "pc", Groups = { "Pilot" }, Follow = true }, cancellationToken: Token);
        using var unmoved = root.Client.Sync(new SyncRequest { ClientId = "other", Groups = { "Elsewhere" }, Follow = true }, cancellationToken: Token);
        foreach (var call in new[] { follower, unmoved })
            while (await call.ResponseStream.MoveNext(Token) && call.ResponseStream.Current.Completed is null)
                continue;

        Assert.Equal(said.Effect, (await SetAsync(groups, Targeting.Server)).Effect);

        // Whose membership changed is sent away to ask anew; who stays where it was is told nothing but where the log stands.
        Assert.False(await follower.ResponseStream.MoveNext(Token));
        Assert.True(await unmoved.ResponseStream.MoveNext(Token));
        Assert.NotNull(unmoved.ResponseStream.Current.Decisions?.Checkpoint);
        await Eventually.HoldsAsync("the counts have moved", async () =>
            (await root.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = $"{update.UpdateId}", CountsOnly = true }, cancellationToken: Token)).Groups
            .Select(group => $"{group.Group} {group.Computers}").SequenceEqual(["All Computers 2", "Unassigned Computers 2"]));
    }

    [Fact]
    public async Task Computers_Listed_AreInTheGroupsThatCount()
    {
        await using var root = await RunningServer.RootAsync();
        await ApprovedAsync(root, "Put");
        await ApprovedAsync(root, "Named");
        await AssignAsync(root, "pc", "Put");
        await ReportAsync(root, "pc", "Named", "nobody");
        var groups = new GroupService.GroupServiceClient(root.Channel);

        Assert.Equal(("Put", true), await ListedAsync());
        await SetAsync(groups, Targeting.Client);
        Assert.Equal(("Named", false), await ListedAsync());
        await root.Admin.AssignComputersAsync(new AssignComputersRequest { Computers = { new ComputerAssignment { ComputerId = "pc", Remove = true } } }, cancellationToken: Token);
        await SetAsync(groups, Targeting.Server);
        Assert.Equal(("Unassigned Computers", false), await ListedAsync());

        async Task<(string, bool)> ListedAsync()
        {
            var computer = Assert.Single((await root.Admin.ListComputersAsync(new ListComputersRequest(), cancellationToken: Token)).Computers);
            return (string.Join(',', computer.MemberOf), computer.Assigned);
        }
    }

    [Fact]
    public async Task Computer_ThatRoams_KeepsTheGroupsThatItWasPutInto()
    {
        await using var root = await RunningServer.RootAsync();
        await using var near = await RunningServer.ReplicaAsync(root.GrpcUrl, "near");
        await using var far = await RunningServer.ReplicaAsync(root.GrpcUrl, "far");
        await SetAsync(new GroupService.GroupServiceClient(root.Channel), Targeting.Server);
        var update = await ApprovedAsync(root, "Put");
        await AssignAsync(root, "pc", "Put");
        foreach (var replica in new[] { near, far }) await replica.EqualsAsync(root);
        var client = new ClientOf("pc");

        await client.SyncAsync(near);
        Assert.Equal((true, DecisionAction.Install), (client.WasFull, client.Decisions[update]));
        await client.SyncAsync(far);

        // Nothing is told anew: there, the same groups count.
        Assert.Equal((false, 0, DecisionAction.Install), (client.WasFull, client.Told, client.Decisions[update]));
    }

    [Fact]
    public async Task Unknown_NamesOfComputers_AreListedWithWhoIsUnassigned()
    {
        await using var root = await RunningServer.RootAsync();
        await ApprovedAsync(root, "Pilot");
        await ReportAsync(root, "a", "Pilot; Pilto");
        await ReportAsync(root, "b", "pilto");
        await ReportAsync(root, "c", "Elsewhere", "Pilto");
        await ReportAsync(root, "d", "Pilot");

        var listed = await new GroupService.GroupServiceClient(root.Channel).ListUnknownGroupsAsync(new ListUnknownGroupsRequest(), cancellationToken: Token);

        Assert.Equal(
            [new UnknownGroup { Name = "Elsewhere", Computers = 1, Unassigned = 1, Examples = { "c" } }, new UnknownGroup { Name = "Pilto", Computers = 3, Unassigned = 2, Examples = { "a", "b", "c" } }],
            listed.Groups);
    }

    private static async Task<SetTargetingResponse> SetAsync(GroupService.GroupServiceClient groups, Targeting targeting) =>
        await groups.SetTargetingAsync(new SetTargetingRequest { Targeting = targeting }, cancellationToken: Token);

    private static async Task<string[]> PlacesAsync(RunningServer root, RunningServer replica, (string Computer, string[] Names)[] computers)
    {
        await replica.EqualsAsync(root);
        var places = new List<string>();
        foreach (var (computer, names) in computers)
        {
            var place = await StartedAsync(root, computer, names);
            Assert.Equal(place, await StartedAsync(replica, computer, names));
            places.Add(string.Join(',', place));
        }

        return [.. places];
    }

    private static async Task<string[]> StartedAsync(RunningServer server, string computer, string[] names)
    {
        var request = new SyncRequest { ClientId = computer, Name = computer };
        request.Groups.Add(names);
        using var call = server.Client.Sync(request, cancellationToken: Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        return [.. call.ResponseStream.Current.Started.Groups];
    }
}
