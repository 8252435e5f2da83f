using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Xunit;
using static Hierarchy.Tests.Server.GroupChangesTests;

namespace Hierarchy.Tests.Server;

/// <summary>Rules that put computers into groups, at whole servers.</summary>
public sealed class GroupRuleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rule_ForModelsAndVersions_DecidesAtEveryServerAndIsSaidWithItsEffect()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        var update = await ApprovedAsync(root, "Laptops");
        await ReportAsync(root, Facts("laptop", "Latitude 7440", "10.0.22631.1"));
        await ReportAsync(root, Facts("old", "Latitude E6400", "6.1.7601.1"));
        await ReportAsync(root, Facts("desk", "OptiPlex", "10.0.22631.1"));
        var groups = new GroupService.GroupServiceClient(root.Channel);
        var request = new AddGroupRuleRequest { Group = "laptops", Rule = new GroupRuleRecord { Name = "new laptops", Models = { "lat*" }, OsVersions = { ">=10" } }, WhatIf = true };

        var said = await groups.AddGroupRuleAsync(request, cancellationToken: Token);

        Assert.Equal((1, 1), (said.Rule.Computers, said.ComputersJoined));
        Assert.Equal(new GroupEffect { Computers = 1, UpdatesChanged = 1, UpdatesBegun = 1 }, said.Effect);
        Assert.Null(said.Position);
        Assert.Empty((await groups.ListGroupRulesAsync(new ListGroupRulesRequest(), cancellationToken: Token)).Rules);

        request.WhatIf = false;
        var done = await groups.AddGroupRuleAsync(request, cancellationToken: Token);
        await replica.EqualsAsync(root);

        Assert.Equal(said.Effect, done.Effect);
        var listed = Assert.Single((await new GroupService.GroupServiceClient(replica.Channel).ListGroupRulesAsync(new ListGroupRulesRequest(), cancellationToken: Token)).Rules);
        Assert.Equal(("new laptops", "Laptops"), (listed.Record.Name, listed.Group));
        foreach (var server in new[] { root, replica })
        {
            Assert.Equal(DecisionAction.Install, await DecidedAsync(server, Facts("laptop", "Latitude 7440", "10.0.22631.1"), update));
            Assert.Equal(DecisionAction.Evaluate, await DecidedAsync(server, Facts("desk", "OptiPlex", "10.0.22631.1"), update));
            Assert.Equal(DecisionAction.Evaluate, await DecidedAsync(server, new ReportRequest { ClientId = "laptop", Name = "laptop" }, update));
        }

        var shown = (await root.Admin.GetComputerAsync(new GetComputerRequest { Computer = "laptop" }, cancellationToken: Token)).Computer;
        Assert.Equal([new GroupPlace { Group = "Laptops", By = PlacedBy.Rule, Rule = "new laptops" }], shown.Places);
        Assert.Equal(("Latitude 7440", "10.0.22631.1", 7200), (shown.Report.Model, shown.Report.OsVersion, shown.Report.UtcOffset.Seconds));
        var explained = await new ApprovalService.ApprovalServiceClient(root.Channel).ExplainDecisionAsync(new ExplainDecisionRequest { Computer = "laptop", Update = $"{update.UpdateId}" }, cancellationToken: Token);
        Assert.Contains("Laptops (by the rule 'new laptops')", explained.Reasons[0], StringComparison.Ordinal);
        var tested = await groups.TestGroupRulesAsync(new TestGroupRulesRequest { Computer = "old" }, cancellationToken: Token);
        Assert.Equal("its version 6.1.7601.1 is none of >=10", Assert.Single(Assert.Single(tested.Rules).Unmet));

        var removed = await groups.RemoveGroupRuleAsync(new RemoveGroupRuleRequest { Name = "NEW laptops" }, cancellationToken: Token);
        Assert.Equal(1, removed.ComputersLeft);
        Assert.Equal(DecisionAction.Evaluate, await DecidedAsync(root, Facts("laptop", "Latitude 7440", "10.0.22631.1"), update));
    }

    [Fact]
    public async Task Rule_ForASite_FollowersAreSentAwayAndCountsFollowWhenTheSiteChanges()
    {
        await using var root = await RunningServer.RootAsync();
        var update = await ApprovedAsync(root, "Here");
        await ReportAsync(root, Facts("pc", "", ""));
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "here", Subnets = { "10.0.0.0/8" } }, cancellationToken: Token);
        var groups = new GroupService.GroupServiceClient(root.Channel);
        await groups.AddGroupRuleAsync(new AddGroupRuleRequest { Group = "Here", Rule = new GroupRuleRecord { Name = "who is here", Sites = { "HERE" } } }, cancellationToken: Token);
        using var follower = root.Client.Sync(new SyncRequest { ClientId = "pc", Name = "pc", Follow = true }, cancellationToken: Token);
        while (await follower.ResponseStream.MoveNext(Token) && follower.ResponseStream.Current.Completed is null)
            continue;

        await new SiteService.SiteServiceClient(root.Channel).SetSiteAsync(new SetSiteRequest { Name = "here", AddSubnets = { "127.0.0.0/8", "::1/128" } }, cancellationToken: Token);

        Assert.False(await follower.ResponseStream.MoveNext(Token));
        Assert.Equal(DecisionAction.Install, await DecidedAsync(root, Facts("pc", "", ""), update));
        await Eventually.HoldsAsync("the counts have moved", async () =>
            (await root.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = $"{update.UpdateId}", CountsOnly = true }, cancellationToken: Token)).Groups
            .Select(group => $"{group.Group} {group.Computers}").SequenceEqual(["All Computers 1", "Here 1"]));
        Assert.Equal("here", (await root.Admin.GetComputerAsync(new GetComputerRequest { Computer = "pc" }, cancellationToken: Token)).Computer.Site);
    }

    [Fact]
    public async Task Rule_BesideAssignmentsAndNames_AddsToTheFormerAndGoesBeforeTheLatter()
    {
        await using var root = await RunningServer.RootAsync();
        foreach (var group in new[] { "Ruled", "Put", "Named" }) await ApprovedAsync(root, group);
        await AssignAsync(root, "put", "Put");
        await ReportAsync(root, "put", "Named");
        await ReportAsync(root, "pc", "Named");
        await ReportAsync(root, "other", "Named");
        var groups = new GroupService.GroupServiceClient(root.Channel);
        await groups.AddGroupRuleAsync(new AddGroupRuleRequest { Group = "Ruled", Rule = new GroupRuleRecord { Name = "p", ComputerNames = { "p*" } } }, cancellationToken: Token);

        Assert.Equal(["Named", "Ruled", "Put,Ruled"], await PlacesAsync());
        await groups.SetTargetingAsync(new SetTargetingRequest { Targeting = Targeting.Server }, cancellationToken: Token);
        Assert.Equal(["Unassigned Computers", "Ruled", "Put,Ruled"], await PlacesAsync());
        await groups.SetTargetingAsync(new SetTargetingRequest { Targeting = Targeting.Client }, cancellationToken: Token);
        Assert.Equal(["Named", "Named", "Named"], await PlacesAsync());
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await groups.AddGroupRuleAsync(new AddGroupRuleRequest { Group = "Ruled", Rule = new GroupRuleRecord { Name = "q", ComputerNames = { "q*" } } }, cancellationToken: Token));
        Assert.Contains("groups targeting set server", refused.Status.Detail, StringComparison.Ordinal);

        async Task<string[]> PlacesAsync() =>
            [.. (await root.Admin.ListComputersAsync(new ListComputersRequest(), cancellationToken: Token)).Computers.Select(computer => string.Join(',', computer.MemberOf))];
    }

    [Fact]
    public async Task Group_Removed_TakesItsRulesAlongAndRenamedKeepsThem()
    {
        await using var root = await RunningServer.RootAsync();
        await ApprovedAsync(root, "Pilot");
        await ReportAsync(root, "pc");
        var groups = new GroupService.GroupServiceClient(root.Channel);
        await groups.AddGroupRuleAsync(new AddGroupRuleRequest { Group = "Pilot", Rule = new GroupRuleRecord { Name = "all", ComputerNames = { "*" } } }, cancellationToken: Token);

        await groups.RenameGroupAsync(new RenameGroupRequest { Name = "Pilot", NewName = "Europe" }, cancellationToken: Token);
        Assert.Equal("Europe", Assert.Single((await groups.ListGroupRulesAsync(new ListGroupRulesRequest(), cancellationToken: Token)).Rules).Group);
        var deleted = await groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "Europe" }, cancellationToken: Token);

        Assert.Equal(new GroupEffect { ApprovalsRemoved = 1, RulesRemoved = 1, Computers = 1, ComputersUnassigned = 1, UpdatesChanged = 1, UpdatesEnded = 1 }, deleted.Effect);
        Assert.Empty(root.Views.View.Rules.All);
    }

    public static TheoryData<GroupRuleRecord, string, StatusCode, string> Refused => new()
    {
        { new GroupRuleRecord { Name = "a" }, "Pilot", StatusCode.InvalidArgument, "has a condition" },
        { new GroupRuleRecord { ComputerNames = { "x" }, OsVersions = { "ten" }, Subnets = { "here" } }, "Pilot", StatusCode.InvalidArgument, "'here' is not a subnet" },
        { new GroupRuleRecord { Name = "a", Sites = { "nowhere" } }, "Pilot", StatusCode.NotFound, "no site 'nowhere'" },
        { new GroupRuleRecord { Name = "a", ComputerNames = { "x" } }, "nowhere", StatusCode.NotFound, "no group 'nowhere'" },
        { new GroupRuleRecord { Name = "a", ComputerNames = { "x" } }, "all computers", StatusCode.FailedPrecondition, "every computer is in it" },
        { new GroupRuleRecord { Name = "THERE", ComputerNames = { "x" } }, "Pilot", StatusCode.AlreadyExists, "a rule 'there' already" },
    };

    [Fact]
    public async Task Rule_ThatIsNone_IsRefusedAndNothingChanges()
    {
        await using var root = await RunningServer.RootAsync();
        await root.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        var groups = new GroupService.GroupServiceClient(root.Channel);
        await groups.AddGroupRuleAsync(new AddGroupRuleRequest { Group = "Pilot", Rule = new GroupRuleRecord { Name = "there", ComputerNames = { "*" } } }, cancellationToken: Token);
        var before = root.Views.View.Head.Position;

        foreach (var (rule, group, code, words) in Refused.Select(row => row.Data))
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await groups.AddGroupRuleAsync(new AddGroupRuleRequest { Group = group, Rule = rule }, cancellationToken: Token));
            Assert.Equal(code, refused.StatusCode);
            Assert.Contains(words, refused.Status.Detail, StringComparison.Ordinal);
        }

        var gone = await Assert.ThrowsAsync<RpcException>(async () => await groups.RemoveGroupRuleAsync(new RemoveGroupRuleRequest { Name = "nowhere" }, cancellationToken: Token));
        Assert.Equal(StatusCode.NotFound, gone.StatusCode);
        Assert.Equal(before, root.Views.View.Head.Position);
    }

    [Fact]
    public async Task Rule_OnAReplicaAndAnAutonomousServer_IsRefusedAndItsOwn()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the catalogs are there", () => lab.Views.Current.Checkpoint is not null && replica.Views.Current.Checkpoint is not null);
        await lab.Admin.AddGroupAsync(new AddGroupRequest { Name = "Bench" }, cancellationToken: Token);
        var request = new AddGroupRuleRequest { Group = "Bench", Rule = new GroupRuleRecord { Name = "bench", ComputerNames = { "bench-*" } } };

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new GroupService.GroupServiceClient(replica.Channel).AddGroupRuleAsync(request, cancellationToken: Token));
        Assert.Contains(root.GrpcUrl, refused.Status.Detail, StringComparison.Ordinal);
        await new GroupService.GroupServiceClient(lab.Channel).AddGroupRuleAsync(request, cancellationToken: Token);

        Assert.Equal(["Bench"], lab.Views.View.MembershipOf(new Domain.Groups.ComputerFacts("x") { Name = "bench-1" }).Direct);
        Assert.Empty(root.Views.View.Rules.All);
    }

    private static ReportRequest Facts(string computer, string model, string version) => new()
    {
        ClientId = computer, Incarnation = 1, Counter = 1, Name = computer, Model = model, OsVersion = version, UtcOffset = new Google.Protobuf.WellKnownTypes.Duration { Seconds = 7200 },
    };

    private static async Task ReportAsync(RunningServer server, ReportRequest report) => await server.Client.ReportAsync(report, cancellationToken: Token);

    private static Task ReportAsync(RunningServer server, string computer, params string[] groups) => GroupChangesTests.ReportAsync(server, computer, groups);

    private static async Task<DecisionAction> DecidedAsync(RunningServer server, ReportRequest facts, Domain.Catalog.RevisionId update)
    {
        using var call = server.Client.Sync(new SyncRequest { ClientId = facts.ClientId, Name = facts.Name, Model = facts.Model, OsVersion = facts.OsVersion }, cancellationToken: Token);
        while (await call.ResponseStream.MoveNext(Token))
            foreach (var decision in call.ResponseStream.Current.Decisions?.Decisions ?? [])
                if (decision.UpdateId.Span.SequenceEqual(update.UpdateId.ToByteArray(bigEndian: true)))
                    return decision.Action;
        return DecisionAction.Unspecified;
    }
}
