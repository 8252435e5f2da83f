using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`servers promote` asks before it does anything.</summary>
public sealed class SuccessionVerbTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promote_ConfirmedByHand_SaysWhatIsLostAndPromotes()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await Ran.RunAsync(["--server", server.Url, "servers", "promote", "branch-a"], Token, input: "yes\n");

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("6 later changes", ran.Error, StringComparison.Ordinal);
        Assert.Contains("must not decide any more", ran.Error, StringComparison.Ordinal);
        Assert.Contains("secrets/tree.key", ran.Error, StringComparison.Ordinal);
        Assert.Contains("branch-a is the root: it goes on from 1234@2, in epoch 100002.", ran.Out, StringComparison.Ordinal);
        Assert.Equal("admin@console", server.Succession.PromotedBy);
    }

    [Theory]
    [InlineData("no\n", 130)]
    [InlineData("\n", 130)]
    [InlineData("", 130)]
    [InlineData(null, 2)]
    public async Task Promote_NotConfirmed_DoesNothing(string? input, int exitCode)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await Ran.RunAsync(["--server", server.Url, "servers", "promote"], Token, input: input);

        Assert.Equal(exitCode, ran.ExitCode);
        Assert.Null(server.Succession.PromotedBy);
    }

    [Fact]
    public async Task Lost_ShowAndForgetAtOnce_IsRefused()
    {
        var ran = await Ran.RunAsync(["servers", "lost", "--show", "1", "--forget", "1"], Token);
        Assert.Equal(2, ran.ExitCode);
    }

    [Fact]
    public async Task Lost_Text_ShowsTheRecordsInWords()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await Ran.RunAsync(["--server", server.Url, "servers", "lost", "--show", "1"], Token);

        Assert.Contains("group Pilot", ran.Out, StringComparison.Ordinal);
        Assert.Contains("kind 9999", ran.Out, StringComparison.Ordinal);
    }
}
