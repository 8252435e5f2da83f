using Grpc.Core;
using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Hosting;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Xunit;
using static Hierarchy.Tests.Server.RuleSteps;
using ApprovalRule = Hierarchy.Domain.Approvals.Rules.ApprovalRule;

namespace Hierarchy.Tests.Server;

/// <summary>Automatic approvals at whole servers: what synchronizations bring is approved once, whatever happens between.</summary>
public sealed class ApprovalRuleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sync_NewUpdates_AreApprovedOnceAndRevisionsOfThemAreNotNew()
    {
        await using var upstream = await UpstreamAsync(3);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await SyncTests.RunAsync(root); // before there is a rule
        await root.AddRuleAsync("New ones", settings => settings.Deadline = new Hierarchy.Protocol.Catalog.V1.RuleDeadline { Days = 7, MinuteOfDay = 180, Floating = true });
        foreach (var document in DemoUpdates.Create(5).Skip(3)) upstream.Library.Publish(document);
        upstream.Library.Revise(DemoUpdates.IdOf(1));

        var run = await SyncTests.RunAsync(root);

        Assert.Equal(("", 2, 1), (run.Error, run.NewUpdates, run.RevisedUpdates));
        Assert.Equal((2, 2), (run.Rules.Approvals, run.Rules.Updates));
        var approvers = new List<string?>();
        foreach (var number in Enumerable.Range(1, 5)) approvers.Add(await root.ApproverOfAsync(DemoUpdates.IdOf(number)));
        Assert.Equal("-,-,-,rule: New ones,rule: New ones", string.Join(',', approvers.Select(who => who ?? "-")));
        var approval = Assert.Single(root.Views.View.Updates[DemoUpdates.IdOf(4)].Approvals);
        Assert.Equal((3, true), (approval.Deadline!.Value.Hour, approval.IsDeadlineFloating)); // the rule has a deadline

        var head = root.Log.Head.Position;
        Assert.Null((await SyncTests.RunAsync(root)).Rules);
        Assert.Equal(head, root.Log.Head.Position);

        // What was taken back stays so, also when a revision comes.
        await root.Admin.ApproveAsync(new ApproveRequest { Update = DemoUpdates.IdOf(4).ToString(), Group = "All Computers", Reach = ApprovalReach.SameAsParent }, cancellationToken: Token);
        upstream.Library.Revise(DemoUpdates.IdOf(4));
        Assert.Null((await SyncTests.RunAsync(root)).Rules);
        Assert.Null(await root.ApproverOfAsync(DemoUpdates.IdOf(4)));
    }

    [Fact]
    public async Task Sync_ConditionsOrderAndLicences_DecideAndAreTold()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 2, Generate = 300 }, Token), new MicrosoftUpdateOptions(), Token);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        using (var categories = root.Admin.RunSync(new RunSyncRequest { CategoriesOnly = true }, cancellationToken: Token))
            while (await categories.ResponseStream.MoveNext(Token)) { }
        await root.AddRuleAsync("All", settings => settings.Action = ApprovalAction.OptionalInstall);
        await root.AddRuleAsync("Demo", settings =>
        {
            settings.TitlePattern = "demonstration update * (KB*)";
            settings.Classifications = Names("Security Updates");
            settings.Products = Names("Windows 11");
            settings.Order = 1;
        });
        await root.AddRuleAsync("Never", settings => (settings.On, settings.Order) = (false, 1));

        var run = await SyncTests.RunAsync(root);

        Assert.Equal("rule: Demo", await root.ApproverOfAsync(DemoUpdates.IdOf(2)));
        Assert.Equal(["Demo", "All"], run.Rules.Rules.Select(rule => rule.Rule));
        var all = run.Rules.Rules[1];
        var licensed = root.Views.View.Updates.Values.Where(update => update.IsLive && Hierarchy.Domain.Approvals.Eulas.NotAccepted(root.Views.View, update.Latest!).Count > 0 && update.Latest!.IsExplicitlyDeployable).ToArray(); // live ones have a revision
        Assert.True(licensed.Length > 0, "of so many updates some have a licence");
        Assert.All(licensed, update => Assert.Empty(update.Approvals));
        Assert.Equal(licensed.Length, Assert.Single(all.Skipped, skipped => skipped.Reason == Protocol.Admin.V1.RuleSkipReason.EulaNotAccepted).Count);
        Assert.Equal(all.Approvals, root.Views.View.Updates.Values.Count(update => update.Approvals.Any(approval => approval.Action == Domain.Approvals.ApprovalAction.OptionalInstall)));
        Assert.True(all.Approvals > 50, $"{all.Approvals} approvals");
        var kept = (await root.Admin.GetSyncStatusAsync(new GetSyncStatusRequest(), cancellationToken: Token)).Runs[0];
        Assert.Equal(run.Rules, kept.Rules);
    }

    [Fact]
    public async Task Root_DiedBetweenSynchronizationAndRules_ApprovesAtItsStartAndOnce()
    {
        await using var upstream = await UpstreamAsync(3);
        using var folder = new TemporaryFolder();
        Guid beyond;
        await using (var root = await RunningServer.RootOfEverythingAsync(upstream, folder["root"]))
        {
            var before = root.Log.Head.Position;
            await SyncTests.RunAsync(root);
            // What a server leaves that had this rule before the synchronization and died after it; and an update of another one that never came to its end.
            var rule = new ApprovalRule { Id = Guid.NewGuid(), Name = "Late", Order = 1, Groups = [Domain.Groups.TargetGroup.AllComputers.Id] };
            await root.Get<IAuthorityLog>().CommitAsync([RuleRecords.Rule(rule), RuleRecords.Progress(new RuleProgress(before))], Token);
            beyond = (await root.AddUpdateAsync()).UpdateId;
        }

        await using (var root = await RunningServer.RootAsync(folder["root"], upstream.Url.AbsoluteUri))
        {
            await Eventually.HoldsAsync("the rule has run", () => root.Views.View.Updates[DemoUpdates.IdOf(3)].Approvals.Count == 1);
            Assert.Equal("rule: Late", await root.ApproverOfAsync(DemoUpdates.IdOf(1)));
            Assert.Null(await root.ApproverOfAsync(beyond));
            await root.Admin.ApproveAsync(new ApproveRequest { Update = DemoUpdates.IdOf(1).ToString(), Group = "All Computers", Reach = ApprovalReach.SameAsParent }, cancellationToken: Token);
        }

        await using var again = await RunningServer.RootAsync(folder["root"], upstream.Url.AbsoluteUri);
        var run = await SyncTests.RunAsync(again);
        Assert.Equal(1, run.Rules.Approvals);
        Assert.Equal("rule: Late", await again.ApproverOfAsync(beyond));
        Assert.Null(await again.ApproverOfAsync(DemoUpdates.IdOf(1)));
    }

    [Fact]
    public async Task Autonomous_CatalogOfItsParentGrows_RunsItsOwnRulesAlsoForWhatCameWhileItWasAway()
    {
        using var folder = new TemporaryFolder();
        await using var root = await RunningServer.RootAsync();
        var old = (await root.AddUpdateAsync(title: "Old")).UpdateId;
        Guid live, meanwhile;
        await using (var lab = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: folder["lab"]))
        {
            await lab.EqualsAsync(root);
            await lab.AddRuleAsync("Lab", settings => settings.TitlePattern = "Live*");
            live = (await root.AddUpdateAsync(title: "Live 1")).UpdateId;
            await Eventually.HoldsAsync("the lab approved it", () => lab.Views.View.Updates.GetValueOrDefault(live)?.Approvals.Count == 1);
            Assert.Equal("rule: Lab", await lab.ApproverOfAsync(live));
        }

        meanwhile = (await root.AddUpdateAsync(title: "Live 2")).UpdateId;
        var other = (await root.AddUpdateAsync(title: "Another")).UpdateId;
        await using var again = await RunningServer.AutonomousAsync(root.GrpcUrl, folder: folder["lab"]);
        await Eventually.HoldsAsync("the lab approved what came meanwhile", () => again.Views.View.Updates.GetValueOrDefault(meanwhile)?.Approvals.Count == 1);

        Assert.All([old, other], id => Assert.Empty(again.Views.View.Updates[id].Approvals));
        Assert.All([old, live, meanwhile, other], id => Assert.Empty(root.Views.View.Updates[id].Approvals));
        Assert.Empty((await root.Rules().ListApprovalRulesAsync(new ListApprovalRulesRequest(), cancellationToken: Token)).Rules);
    }

    [Fact]
    public async Task Replica_HasTheRulesAndRefusesToChangeOrRunThem()
    {
        await using var root = await RunningServer.RootAsync();
        await root.AddRuleAsync("Everything");
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the replica is enrolled", () => root.Views.View.Servers.Count == 2);
        await replica.EqualsAsync(root);
        var before = root.Log.Head.Position;

        var listed = await replica.Rules().ListApprovalRulesAsync(new ListApprovalRulesRequest(), cancellationToken: Token);
        Assert.Equal(("Everything", true), (Assert.Single(listed.Rules).Record.Name, listed.NotRun.Contains("replica", StringComparison.Ordinal)));
        Func<Task>[] calls =
        [
            () => replica.AddRuleAsync("Another"), () => replica.RunRulesAsync(), () => replica.RunRulesAsync(whatIf: true), () => replica.RunDeclinesAsync(),
            async () => await replica.Rules().RemoveApprovalRuleAsync(new RemoveApprovalRuleRequest { Rule = "Everything" }, cancellationToken: Token),
            async () => await replica.Rules().ChangeApprovalRuleAsync(new ChangeApprovalRuleRequest { Rule = "Everything", Settings = new ApprovalRuleSettings { On = false } }, cancellationToken: Token),
            async () => await replica.Rules().AddDeclineRuleAsync(new AddDeclineRuleRequest { Name = "Superseded" }, cancellationToken: Token),
        ];
        foreach (var call in calls)
            Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);

        Assert.Equal((before, before), (root.Log.Head.Position, replica.Log.Head.Position));
        Assert.Single(replica.Views.View.AutomaticApprovals);
    }

    [Fact]
    public async Task RootWhoseUpstreamDecides_RefusesRules()
    {
        await using var root = await RunningServer.StartAsync(new ServerOptions { Role = "root", Name = "root", MicrosoftUpdate = "http://127.0.0.1:9", UpstreamKind = "wsus-replica" });
        var refusal = await Assert.ThrowsAsync<RpcException>(() => root.AddRuleAsync("Everything"));

        Assert.Contains("wsus-replica", refusal.Status.Detail, StringComparison.Ordinal);
        // The log may go on by what the root itself writes: that it is enrolled.
        Assert.Empty(root.Views.View.AutomaticApprovals);
    }

    [Fact]
    public async Task RunNow_ManyUpdates_ApprovesAllInBoundedTransactionsAndOnce()
    {
        await using var root = await RunningServer.RootAsync();
        var ids = await root.StoreAsync(Enumerable.Range(0, 2_000).Select(number => ($"Update {number}", Array.Empty<Guid>())));
        await root.AddRuleAsync("Everything", settings => settings.On = false);
        var declined = ids[7];
        await root.Admin.DeclineAsync(new DeclineRequest { Update = declined.ToString() }, cancellationToken: Token);
        var before = root.Log.Head.Position;
        var transactions = new List<int>();
        root.Get<IAuthorityLog>().Committed += transaction => transactions.Add(transaction.Records.Count);

        var nothing = await Assert.ThrowsAsync<RpcException>(() => root.RunRulesAsync());
        var would = await root.RunRulesAsync(whatIf: true, "everything");
        Assert.Equal(before, root.Log.Head.Position);
        var run = await root.RunRulesAsync(whatIf: false, "everything");
        var again = await root.RunRulesAsync(whatIf: false, "everything");

        Assert.Contains("No approval rule is on", nothing.Status.Detail, StringComparison.Ordinal);
        Assert.Equal((1_999, 1_999), (would.Finished.Approvals, run.Finished.Approvals));
        Assert.Equal(1_000, would.Finished.Rules[0].Approved.Count);
        Assert.Equal((Protocol.Admin.V1.RuleSkipReason.Declined, 1), (Assert.Single(run.Finished.Rules[0].Skipped).Reason, run.Finished.Rules[0].Skipped[0].Count));
        Assert.Equal((0, 1_999), (again.Finished.Approvals, again.Finished.Rules[0].Skipped.Single(skipped => skipped.Reason == Protocol.Admin.V1.RuleSkipReason.AlreadyDecided).Count));
        Assert.True(transactions.Count >= 3 && transactions.Max() <= 1_000, string.Join(' ', transactions));
        Assert.Equal(1_999, root.Views.View.Updates.Values.Count(update => update.Approvals.Count == 1));
    }

    [Fact]
    public async Task Rules_AddedMovedAndRemoved_KeepTheirPlaces()
    {
        await using var root = await RunningServer.RootAsync();
        foreach (var name in new[] { "A", "B", "C" }) await root.AddRuleAsync(name);
        await root.AddRuleAsync("D", settings => settings.Order = 2);
        Assert.Equal("A1 D2 B3 C4", await PlacesAsync(root));

        await ChangeAsync(root, "c", settings => settings.Order = 1);
        Assert.Equal("C1 A2 D3 B4", await PlacesAsync(root));
        await root.Rules().RemoveApprovalRuleAsync(new RemoveApprovalRuleRequest { Rule = "a" }, cancellationToken: Token);
        Assert.Equal("C1 D2 B3", await PlacesAsync(root));

        var head = root.Log.Head.Position;
        Assert.False((await ChangeAsync(root, "D", settings => settings.Order = 2)).Changed);
        Assert.Equal(head, root.Log.Head.Position);
    }

    [Theory]
    [InlineData("", StatusCode.InvalidArgument, "1 to 256")]
    [InlineData("a", StatusCode.AlreadyExists, "'A'")]
    [InlineData("group", StatusCode.NotFound, "'Nobody'")]
    [InlineData("no group", StatusCode.InvalidArgument, "--group")]
    [InlineData("unknown category", StatusCode.NotFound, "classifications list")]
    [InlineData("ambiguous category", StatusCode.InvalidArgument, "means several")]
    [InlineData("action", StatusCode.InvalidArgument, "installs, or offers")]
    [InlineData("offered deadline", StatusCode.InvalidArgument, "takes none")]
    [InlineData("deadline", StatusCode.InvalidArgument, "365")]
    [InlineData("order", StatusCode.InvalidArgument, "from 1")]
    public async Task AddRule_ThatIsNone_IsRefusedWithOneErrorAndNothingChanges(string what, StatusCode code, string words)
    {
        await using var upstream = await UpstreamAsync(1);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await SyncTests.RunAsync(root);
        await root.AddRuleAsync("A");
        var before = root.Log.Head;

        var refusal = await Assert.ThrowsAsync<RpcException>(() => root.AddRuleAsync(what, settings =>
        {
            if (what == "group") settings.Groups = Names("All Computers", "Nobody");
            if (what == "no group") settings.Groups = null;
            if (what == "unknown category") settings.Classifications = Names("Unheard of");
            if (what == "ambiguous category") settings.Products = Names("o");
            if (what == "action") settings.Action = ApprovalAction.Uninstall;
            if (what == "offered deadline") (settings.Action, settings.Deadline) = (ApprovalAction.OptionalInstall, new Hierarchy.Protocol.Catalog.V1.RuleDeadline { Days = 1 });
            if (what == "deadline") settings.Deadline = new Hierarchy.Protocol.Catalog.V1.RuleDeadline { Days = 366 };
            if (what == "order") settings.Order = 0;
        }));

        Assert.Equal(code, refusal.StatusCode);
        Assert.Contains(words, refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(before.Position, root.Log.Head.Position);
        Assert.Equal(before.Digest.ToArray(), root.Log.Head.Digest.ToArray());
    }

    private static Task<MicrosoftUpdateServer> UpstreamAsync(int demo) =>
        MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = demo }, Token), new MicrosoftUpdateOptions(), Token);

    private static async Task<ChangeApprovalRuleResponse> ChangeAsync(RunningServer server, string rule, Action<ApprovalRuleSettings> say)
    {
        var settings = new ApprovalRuleSettings();
        say(settings);
        return await server.Rules().ChangeApprovalRuleAsync(new ChangeApprovalRuleRequest { Rule = rule, Settings = settings }, cancellationToken: Token);
    }

    private static async Task<string> PlacesAsync(RunningServer server) => string.Join(
        ' ', (await server.Rules().ListApprovalRulesAsync(new ListApprovalRulesRequest(), cancellationToken: Token)).Rules.Select(rule => $"{rule.Record.Name}{rule.Record.Order}"));
}
