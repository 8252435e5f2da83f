using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Superseded updates at a whole server: what is told of them, and what rules decline.</summary>
public sealed class DeclineRuleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Superseded_AreListedAndShownWithWhatReplacesThem()
    {
        await using var root = await RunningServer.RootAsync();
        var (first, second, third) = await ChainAsync(root);
        await ApproveAsync(root, first);
        await ApproveAsync(root, third);
        await root.NeedAsync(first);

        var all = await root.Rules().ListSupersededUpdatesAsync(new ListSupersededUpdatesRequest(), cancellationToken: Token);
        var approved = await root.Rules().ListSupersededUpdatesAsync(new ListSupersededUpdatesRequest { ApprovedOnly = true }, cancellationToken: Token);
        var shown = (await root.Admin.GetUpdateAsync(new GetUpdateRequest { Update = $"{first}" }, cancellationToken: Token)).Update.Supersedence;

        Assert.Equal((2, "First", "Second"), (all.Total, all.Updates[0].Update.Title, all.Updates[1].Update.Title));
        var only = Assert.Single(approved.Updates);
        Assert.Equal(("First", 1, "All Computers"), (only.Update.Title, only.Needed, Assert.Single(only.Update.ApprovedFor)));
        Assert.Equal(("Second", false, 0), (Assert.Single(only.SupersededBy).Update.Title, only.SupersededBy[0].Last, only.SupersededBy[0].Update.ApprovedFor.Count));
        Assert.Equal((SupersedenceState.Superseded, "Second", "Third"), (shown.State, Assert.Single(shown.SupersededBy).Title, Assert.Single(shown.ReplacedBy).Title));
        var middle = await root.Admin.GetUpdateAsync(new GetUpdateRequest { Update = $"{second}" }, cancellationToken: Token);
        Assert.Equal((SupersedenceState.Both, "First"), (middle.Update.Supersedence.State, Assert.Single(middle.Update.Supersedence.Supersedes).Title));
    }

    [Fact]
    public async Task Run_WhatIfThenDone_DeclinesTheSameAndItsApprovalsGo()
    {
        await using var root = await RunningServer.RootAsync();
        var (first, second, third) = await ChainAsync(root);
        await ApproveAsync(root, first);
        await ApproveAsync(root, third);
        await root.Rules().AddDeclineRuleAsync(new AddDeclineRuleRequest { Name = "Superseded" }, cancellationToken: Token);
        await root.NeedAsync(second);
        var before = root.Log.Head.Position;

        var off = await Assert.ThrowsAsync<RpcException>(() => root.RunDeclinesAsync());
        var would = (await root.RunDeclinesAsync(whatIf: true, "superseded")).Finished;
        Assert.Equal(before, root.Log.Head.Position);
        var run = (await root.RunDeclinesAsync(whatIf: false, "superseded")).Finished;

        Assert.Contains("No decline rule is on", off.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(would, run);
        Assert.Equal((1, 1, 1), (run.Declined, run.ApprovalsRemoved, run.Kept[(int)DeclineVerdict.Needed]));
        Assert.Equal([("First", DeclineVerdict.Decline), ("Second", DeclineVerdict.Needed)], run.Candidates.Select(candidate => (candidate.Update.Update.Title, candidate.Verdict)));
        var view = root.Views.View;
        Assert.Equal((true, 0, false, 1), (view.Updates[first].IsDeclined, view.Updates[first].Approvals.Count, view.Updates[second].IsDeclined, view.Updates[third].Approvals.Count));
        Assert.Equal(0, (await root.RunDeclinesAsync(whatIf: false, "superseded")).Finished.Declined);
    }

    [Fact]
    public async Task Sync_RuleIsOn_DeclinesAfterIt()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 1 }, Token), new MicrosoftUpdateOptions(), Token);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        var (first, second, third) = await ChainAsync(root);
        await ApproveAsync(root, third);
        await root.Rules().AddDeclineRuleAsync(new AddDeclineRuleRequest { Name = "Superseded" }, cancellationToken: Token);
        Assert.Equal(0, (await SyncTests.RunAsync(root)).DeclinedByRules); // it is off

        var changed = await root.Rules().ChangeDeclineRuleAsync(new ChangeDeclineRuleRequest { Rule = "superseded", Settings = new DeclineRuleSettings { On = true } }, cancellationToken: Token);
        var run = await SyncTests.RunAsync(root);

        Assert.Equal((true, true, 30), (changed.Changed, changed.Rule.On, changed.Rule.OlderThanDays));
        Assert.Equal(("", 2), (run.Error, run.DeclinedByRules));
        Assert.Equal([true, true, false], new[] { first, second, third }.Select(id => root.Views.View.Updates[id].IsDeclined));
        await root.Rules().RemoveDeclineRuleAsync(new RemoveDeclineRuleRequest { Rule = "Superseded" }, cancellationToken: Token);
        Assert.Empty((await root.Rules().ListDeclineRulesAsync(new ListDeclineRulesRequest(), cancellationToken: Token)).Rules);
        Assert.True(root.Views.View.Updates[first].IsDeclined);
    }

    [Fact]
    public async Task Run_LongChains_DeclinesAllInBoundedTransactionsWhateverStandsBetween()
    {
        await using var root = await RunningServer.RootAsync();
        var last = Array.Empty<Guid>();
        var all = new List<Guid>();
        for (var step = 0; step < 4; step++)
        {
            // Each names the one before alone, so that a decline in the middle would cut the chain.
            last = await root.StoreAsync(Enumerable.Range(0, 400).Select(number => ($"Chain {number}, step {step}", last.Length == 0 ? [] : new[] { last[number] })));
            all.AddRange(last);
        }

        await root.Rules().AddDeclineRuleAsync(new AddDeclineRuleRequest { Name = "All", Settings = new DeclineRuleSettings { EvenIfNotReplaced = true } }, cancellationToken: Token);
        var run = (await root.RunDeclinesAsync(whatIf: false, "All")).Finished;

        Assert.Equal(1_200, run.Declined);
        Assert.Equal(last.ToHashSet(), all.Where(id => !root.Views.View.Updates[id].IsDeclined).ToHashSet());
    }

    [Theory]
    [InlineData("", 30, StatusCode.InvalidArgument)]
    [InlineData("superseded", 30, StatusCode.AlreadyExists)]
    [InlineData("Another", -1, StatusCode.InvalidArgument)]
    [InlineData("Another", 3651, StatusCode.InvalidArgument)]
    public async Task AddRule_ThatIsNone_IsRefusedAndNothingChanges(string name, int days, StatusCode code)
    {
        await using var root = await RunningServer.RootAsync();
        await root.Rules().AddDeclineRuleAsync(new AddDeclineRuleRequest { Name = "Superseded" }, cancellationToken: Token);
        var before = root.Log.Head.Position;

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await root.Rules().AddDeclineRuleAsync(
            new AddDeclineRuleRequest { Name = name, Settings = new DeclineRuleSettings { OlderThanDays = days } }, cancellationToken: Token));

        Assert.Equal((code, before), (refusal.StatusCode, root.Log.Head.Position));
    }

    private static async Task<(Guid First, Guid Second, Guid Third)> ChainAsync(RunningServer root)
    {
        var first = (await root.StoreAsync([("First", [])]))[0];
        var second = (await root.StoreAsync([("Second", [first])]))[0];
        return (first, second, (await root.StoreAsync([("Third", [second])]))[0]);
    }

    private static async Task ApproveAsync(RunningServer root, Guid update) =>
        await root.Admin.ApproveAsync(new ApproveRequest { Update = update.ToString(), Group = "All Computers" }, cancellationToken: Token);
}
