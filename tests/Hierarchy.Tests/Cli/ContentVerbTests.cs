using Hierarchy.Protocol.Catalog.V1;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>The verbs of content: what is asked before bytes move or go, and what is understood.</summary>
public sealed class ContentVerbTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PolicySet_WithoutYes_SaysTheBytesAndDoesNothingWhenNobodySaysYes()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var refused = await Ran.RunAsync(["--server", server.Url, "content", "policy", "set", "--fetch", "ahead"], Token, input: "no\n");
        Assert.Equal(130, refused.ExitCode);
        Assert.Contains("branch-a would fetch 312 files, 4.1 GiB from root, and would not fetch 1 files, 5 B any more.", refused.Error, StringComparison.Ordinal);
        Assert.Null(server.Content.Decided);

        var nobody = await server.RunAsync(Token, "content", "policy", "set", "--fetch", "ahead");
        Assert.Equal(2, nobody.ExitCode);
        Assert.Null(server.Content.Decided);

        var done = await Ran.RunAsync(["--server", server.Url, "content", "policy", "set", "--fetch", "ahead"], Token, input: "yes\n");
        Assert.Equal(0, done.ExitCode);
        Assert.Equal(ContentFetch.Ahead, server.Content.Decided!.Fetch);
    }

    [Fact]
    public async Task PolicySet_EverySetting_IsUnderstood()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        var ran = await server.RunAsync(
            Token, "content", "policy", "set", "branch-a", "--for", "Windows 11=never", "--for", "Upgrades=default", "--express", "on", "--keep", "8w", "--limit", "1.5TB", "--closed-links", "all", "--clear", "fetch", "--yes");
        Assert.True(ran.ExitCode == 0, ran.Error);
        var decided = server.Content.Decided!;
        Assert.Equal(("branch-a", true, 1_500_000_000_000L, true, 56.0), (decided.Server, decided.Express, decided.SizeLimit, decided.ClosedForClients, decided.Keep.ToTimeSpan().TotalDays));
        Assert.Equal([("Windows 11", ContentFetch.Never), ("Upgrades", ContentFetch.Unspecified)], decided.Categories.Select(category => (category.Category, category.Fetch)));
        Assert.Equal([Hierarchy.Protocol.Admin.V1.ContentSetting.Fetch], decided.Clear);
    }

    [Theory]
    [InlineData("content policy set")]
    [InlineData("content policy set --fetch sometimes")]
    [InlineData("content policy set --for Windows")]
    [InlineData("content policy set --for Windows=perhaps")]
    [InlineData("content policy set --keep forever")]
    [InlineData("content policy set --limit much")]
    [InlineData("content policy set --clear everything")]
    [InlineData("content status --missing 0")]
    public async Task Verb_WhatCannotBe_IsAUsageError(string commandLine)
    {
        await using var server = await AdminFixture.StartAsync(Token);
        Assert.Equal(2, (await server.RunAsync(Token, commandLine.Split(' '))).ExitCode);
        Assert.Null(server.Content.Decided);
    }

    [Fact]
    public async Task Prune_WithoutYes_RemovesNothingWhenNobodySaysYes()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        var refused = await Ran.RunAsync(["--server", server.Url, "content", "prune"], Token, input: "\n");
        Assert.Equal(130, refused.ExitCode);
        Assert.Contains("Would remove 6 files, 357 B", refused.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await server.RunAsync(Token, "content", "prune")).ExitCode);
        Assert.False(server.Content.Pruned);
        Assert.Equal(0, (await Ran.RunAsync(["--server", server.Url, "content", "prune"], Token, input: "yes\n")).ExitCode);
        Assert.True(server.Content.Pruned);
    }

    [Fact]
    public async Task Verify_DamagedFiles_FailsAndNamesThem()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        var ran = await server.RunAsync(Token, "content", "verify");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("a.cab", ran.Out, StringComparison.Ordinal);
        Assert.Contains("content repair", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_ForPeople_ShowsWhatIsOnItsWayWhatFailedAndWhatIsClosed()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        var ran = await server.RunAsync(Token, "content", "status");
        foreach (var word in new[] { "10 of 12 files are here", "waiting for link", "It is gone.", "a - b: closed until 2026-10-04T12:00:00Z", "8 times what arrived was not the file", "1.9 MiB at most" })
            Assert.Contains(word, ran.Out, StringComparison.Ordinal);
    }
}
