using Grpc.Core;
using Hierarchy.Domain.Policies;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Xunit;
using ClientPolicy = Hierarchy.Protocol.Catalog.V1.ClientPolicy;
using AutomaticUpdates = Hierarchy.Protocol.Catalog.V1.AutomaticUpdates;

namespace Hierarchy.Tests.Server;

/// <summary>Policies at whole servers: decided, replicated, told to clients, shown.</summary>
public sealed class PolicyAdministrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Set_AtTheRoot_ReachesClientsOfAReplicaByAnotherScope()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        foreach (var (name, parent) in new[] { ("Europe", ""), ("Berlin", "Europe"), ("Pilot", "") })
            await root.Admin.AddGroupAsync(new AddGroupRequest { Name = name, Parent = parent }, cancellationToken: Token);
        await replica.EqualsAsync(root);
        var before = await StartedAsync(replica, "Berlin");
        Assert.Null(before.Policy);
        using var concerned = replica.Client.Sync(new SyncRequest { ClientId = "c", Groups = { "Berlin" }, Follow = true }, cancellationToken: Token);
        using var other = replica.Client.Sync(new SyncRequest { ClientId = "d", Groups = { "Pilot" }, Follow = true }, cancellationToken: Token);
        while (await other.ResponseStream.MoveNext(Token) && other.ResponseStream.Current.EventCase != SyncResponse.EventOneofCase.Completed) { }

        var policies = new PolicyService.PolicyServiceClient(root.Channel);
        var set = await policies.SetPolicyAsync(new SetPolicyRequest { Group = "europe", Policy = new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Scheduled, DetectionHours = 4 } }, cancellationToken: Token);

        Assert.Equal(("Europe", true), (set.Group, set.Changed));
        while (await concerned.ResponseStream.MoveNext(Token)) { }
        Assert.Equal(StatusCode.OK, concerned.GetStatus().StatusCode);
        Assert.True(await other.ResponseStream.MoveNext(Token));
        Assert.NotNull(other.ResponseStream.Current.Decisions);
        var after = await StartedAsync(replica, "Berlin");
        Assert.Equal(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Scheduled, DetectionHours = 4 }, after.Policy);
        Assert.NotEqual(before.ScopeHash, after.ScopeHash);
        Assert.Null((await StartedAsync(replica, "Pilot")).Policy);

        // Deciding the same again is no change; clearing brings back the scope that was.
        Assert.False((await policies.SetPolicyAsync(new SetPolicyRequest { Group = "Europe", Policy = new ClientPolicy { DetectionHours = 4 } }, cancellationToken: Token)).Changed);
        Assert.True((await policies.SetPolicyAsync(new SetPolicyRequest { Group = "Europe", ClearAll = true }, cancellationToken: Token)).Changed);
        await replica.EqualsAsync(root);
        Assert.Equal(before.ScopeHash, (await StartedAsync(replica, "Berlin")).ScopeHash);
        Assert.Empty((await policies.ListPoliciesAsync(new ListPoliciesRequest(), cancellationToken: Token)).Policies);
    }

    [Fact]
    public async Task Get_ComputerOfSeveralGroups_SaysWhereEachFieldComesFrom()
    {
        await using var root = await RunningServer.RootAsync();
        foreach (var (name, parent) in new[] { ("Europe", ""), ("Berlin", "Europe") })
            await root.Admin.AddGroupAsync(new AddGroupRequest { Name = name, Parent = parent }, cancellationToken: Token);
        await GroupChangesTests.AssignAsync(root, "pc-1", "Berlin");
        var policies = new PolicyService.PolicyServiceClient(root.Channel);
        await policies.SetPolicyAsync(new SetPolicyRequest { Group = "All Computers", Policy = new ClientPolicy { BlockUserAccess = true, DetectionHours = 20 } }, cancellationToken: Token);
        await policies.SetPolicyAsync(new SetPolicyRequest { Group = "Europe", Policy = new ClientPolicy { DetectionHours = 8 } }, cancellationToken: Token);

        var what = await policies.SetPolicyAsync(new SetPolicyRequest { Group = "Berlin", Policy = new ClientPolicy { DetectionHours = 2 }, WhatIf = true }, cancellationToken: Token);
        var shown = await policies.GetPolicyAsync(new GetPolicyRequest { Computer = "pc-1" }, cancellationToken: Token);
        var all = await policies.GetPolicyAsync(new GetPolicyRequest { Group = "all computers" }, cancellationToken: Token);

        Assert.Equal((true, 1, null), (what.Changed, what.Computers, what.Position));
        Assert.Equal(["Berlin"], shown.Groups);
        Assert.Equal(("8h", "Europe"), Value(shown, "detect-every"));
        Assert.Equal(("on", "All Computers"), Value(shown, "block-users"));
        Assert.Equal(("daily 03:00", ""), Value(shown, "schedule"));
        Assert.Equal(PolicyField.All.Select(field => field.Name), shown.Values.Select(value => value.Field));
        Assert.Equal(("20h", "All Computers"), Value(all, "detect-every"));
        Assert.Equal(["All Computers", "Europe"], (await policies.ListPoliciesAsync(new ListPoliciesRequest(), cancellationToken: Token)).Policies.Select(policy => policy.Group));
    }

    [Fact]
    public async Task Set_ThatCannotBe_SaysAllThatIsWrongAndChangesNothing()
    {
        await using var root = await RunningServer.RootAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        var policies = new PolicyService.PolicyServiceClient(root.Channel);
        await policies.SetPolicyAsync(new SetPolicyRequest { Group = "Pilot", Policy = new ClientPolicy { NoRestartWithUsers = true } }, cancellationToken: Token);
        var before = root.Log.Head.Position;

        await RefusedAsync(
            StatusCode.InvalidArgument, new SetPolicyRequest { Group = "Pilot", Policy = new ClientPolicy { AutomaticUpdates = (AutomaticUpdates)6, DetectionHours = 23, AlwaysRestartMinutes = 20, AlternateDownloadServer = "x" } },
            "au-options is 2, 3, 4, 5 or 7, not 6.", "detect-every is 1 to 22 hours, not 23.", "alternate-server is the address", "no-reboot-with-users and always-reboot");
        await RefusedAsync(StatusCode.NotFound, new SetPolicyRequest { Group = "Pilto", Policy = new ClientPolicy { DetectionHours = 4 } }, "'Pilto'", "groups list");
        await RefusedAsync(StatusCode.InvalidArgument, new SetPolicyRequest { Group = "Pilot" }, "Nothing is to be changed");
        await RefusedAsync(StatusCode.InvalidArgument, new SetPolicyRequest { Group = "Pilot", Clear = { "au-option" } }, "'au-option'", "au-options");
        await RefusedAsync(StatusCode.InvalidArgument, new SetPolicyRequest { Group = "Pilot", Clear = { "detect-every" }, Policy = new ClientPolicy { DetectionHours = 4 } }, "at once");
        Assert.Equal(before, root.Log.Head.Position);
        foreach (var request in new[] { new GetPolicyRequest(), new GetPolicyRequest { Group = "Pilot", Computer = "c" } })
            Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await policies.GetPolicyAsync(request, cancellationToken: Token))).StatusCode);

        async Task RefusedAsync(StatusCode code, SetPolicyRequest request, params string[] said)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await policies.SetPolicyAsync(request, cancellationToken: Token));
            Assert.Equal(code, refused.StatusCode);
            foreach (var part in said) Assert.Contains(part, refused.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Set_AtAReplicaIsRefusedAndAtAnAutonomousServerItsOwn()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("both know the root", () => replica.Views.View.Servers.Count == 3 && lab.Views.View.Servers.Count == 3);
        var request = new SetPolicyRequest { Group = "All Computers", Policy = new ClientPolicy { DetectionHours = 4 } };

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new PolicyService.PolicyServiceClient(replica.Channel).SetPolicyAsync(request, cancellationToken: Token));
        await new PolicyService.PolicyServiceClient(lab.Channel).SetPolicyAsync(request, cancellationToken: Token);

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains(root.GrpcUrl, refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(4, (await StartedAsync(lab, "")).Policy.DetectionHours);
        Assert.Null((await StartedAsync(root, "")).Policy);
        Assert.Empty(root.Views.View.Policies);
    }

    [Fact]
    public async Task DeleteGroup_WithAPolicy_TakesItAlong()
    {
        await using var root = await RunningServer.RootAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        await new PolicyService.PolicyServiceClient(root.Channel).SetPolicyAsync(new SetPolicyRequest { Group = "Pilot", Policy = new ClientPolicy { DetectionHours = 4 } }, cancellationToken: Token);

        Assert.Single(root.Views.View.Policies);
        await new GroupService.GroupServiceClient(root.Channel).DeleteGroupAsync(new DeleteGroupRequest { Name = "Pilot" }, cancellationToken: Token);

        Assert.Empty(root.Views.View.Policies);
    }

    [Fact]
    public async Task GetRegistry_Group_NamesTheAskedServerOrAnother()
    {
        await using var root = await RunningServer.RootAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        var policies = new PolicyService.PolicyServiceClient(root.Channel);
        await policies.SetPolicyAsync(new SetPolicyRequest { Group = "All Computers", Policy = new ClientPolicy { DetectionHours = 4 } }, cancellationToken: Token);

        var own = await policies.GetRegistryPolicyAsync(new GetRegistryPolicyRequest { Group = "pilot" }, cancellationToken: Token);
        var other = await policies.GetRegistryPolicyAsync(new GetRegistryPolicyRequest { Group = "pilot", ServerUrl = "https://updates.example:8531" }, cancellationToken: Token);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await policies.GetRegistryPolicyAsync(new GetRegistryPolicyRequest { Group = "pilot", ServerUrl = "updates" }, cancellationToken: Token));

        Assert.Equal(root.HttpUrl.TrimEnd('/'), own.Settings.Single(setting => setting.Name == "WUServer").Text);
        Assert.Equal(4u, own.Settings.Single(setting => setting.Name == "DetectionFrequency").Number);
        Assert.Equal("Pilot", own.Settings.Single(setting => setting.Name == "TargetGroup").Text);
        Assert.Equal("https://updates.example:8531", other.Settings.Single(setting => setting.Name == "WUStatusServer").Text);
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    private static (string Value, string Group) Value(GetPolicyResponse response, string field)
    {
        var value = response.Values.Single(value => value.Field == field);
        return (value.Value, value.Group);
    }

    private static async Task<SyncStarted> StartedAsync(RunningServer server, string group)
    {
        using var call = server.Client.Sync(new SyncRequest { ClientId = "client", Groups = { group } }, cancellationToken: Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        return call.ResponseStream.Current.Started;
    }
}
