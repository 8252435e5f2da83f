using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`updates list`: what its conditions ask the server.</summary>
public sealed class UpdatesListTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_EveryCondition_IsAsked()
    {
        var request = await AskedAsync(
            "--text", "a", "--kb", "KB1", "--bulletin", "MS17-010", "--cve", "CVE-2017-0144", "--product", "Windows", "Office", "--classification", "Security", "--severity", "critical", "none",
            "--approval", "not-approved", "--group", "Pilot", "--status", "needed", "failed", "--since", "2026-10-01", "--until", "2026-10-02", "--supersedence", "superseded", "--type", "driver", "--sort", "arrival");

        Assert.Equal(("a", "KB1", "MS17-010", "CVE-2017-0144", "Pilot"), (request.Text, request.KnowledgeBase, request.SecurityBulletin, request.Cve, request.Group));
        Assert.Equal(["Windows", "Office"], request.Products);
        Assert.Equal(["Security"], request.Classifications);
        Assert.Equal(["critical", "none"], request.Severities);
        Assert.Equal((UpdateStanding.NotApproved, UpdateOrder.Arrival), (request.Standing, request.Order));
        Assert.Equal([UpdateState.NotInstalled, UpdateState.Downloaded, UpdateState.Failed], request.States);
        Assert.Equal([SupersedenceState.Superseded, SupersedenceState.Both], request.Supersedence);
        Assert.Equal([UpdateType.Driver], request.UpdateTypes);
        Assert.Equal((new DateTime(2026, 10, 1), new DateTime(2026, 10, 2)), (request.ArrivedSince.ToDateTime(), request.ArrivedUntil.ToDateTime()));
    }

    [Fact]
    public async Task List_View_IsANameForConditionsAndGivesWayToWhatIsSaidBesideIt()
    {
        Assert.Equal(
            new ListUpdatesRequest { States = { UpdateState.NotInstalled, UpdateState.Downloaded }, Order = UpdateOrder.Needed, PageSize = 100 }, await AskedAsync("--view", "needed"));
        Assert.Equal(
            new ListUpdatesRequest { Severities = { "important" }, Standing = UpdateStanding.Approved, Order = UpdateOrder.Unspecified, Text = "x", PageSize = 100 },
            await AskedAsync("--view", "critical", "--severity", "important", "--approval", "approved", "--sort", "title", "--text", "x"));
    }

    [Theory]
    [InlineData("--view nobody's")]
    [InlineData("--status gone")]
    [InlineData("--sort size")]
    [InlineData("--since yesterday")]
    public async Task List_Nonsense_IsOneClearErrorAndAsksNothing(string arguments)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, ["updates", "list", .. arguments.Split(' ')]);

        Assert.Equal(2, ran.ExitCode);
        Assert.Equal(0, server.Admin.Requests);
    }

    [Theory]
    [InlineData("approve 01020304 --group Pilot")]
    [InlineData("decline KB5013943")]
    [InlineData("eulas accept 01020304")]
    [InlineData("groups add Pilot")]
    [InlineData("computers assign pc-1 --group Pilot")]
    [InlineData("sites add branch-a --subnet 127.0.1.0/24")]
    [InlineData("sites set branch-a --add-subnet 10.3.0.0/16")]
    [InlineData("sites remove branch-a")]
    [InlineData("sites default branch-a")]
    [InlineData("sites links set branch-a branch-b --cost 20")]
    [InlineData("sites links remove branch-a branch-b")]
    [InlineData("servers set replica-a --content-source microsoft-update")]
    public async Task WhatIf_OfEveryVerb_AsksForNothingElseAndSaysThatNothingWasDone(string commandLine)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var text = await server.RunAsync(Token, [.. commandLine.Split(' '), "--what-if"]);
        var json = await server.RunAsync(Token, ["--output", "json", .. commandLine.Split(' '), "--what-if"]);

        Assert.True(text.ExitCode == 0, text.Error);
        Assert.EndsWith("Nothing was done.\n", text.Out, StringComparison.Ordinal);
        Assert.Contains("\"what_if\": true", json.Out, StringComparison.Ordinal);
        Assert.Contains("\"effects\": {", json.Out, StringComparison.Ordinal);
        var asked = new[] { server.Admin.Request, server.Approvals.Request, server.Sites.Request }.Select(request => request?.ToString() ?? "");
        Assert.Contains(asked, request => request.Contains("\"whatIf\": true", StringComparison.Ordinal));
    }

    private static async Task<ListUpdatesRequest> AskedAsync(params string[] arguments)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, ["updates", "list", .. arguments]);

        Assert.True(ran.ExitCode == 0, ran.Error);
        var request = Assert.IsType<ListUpdatesRequest>(server.Admin.Request);
        (request.PageToken, request.PageSize) = ("", 100);
        return request;
    }
}
