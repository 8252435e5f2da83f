using System.Text.Json;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`servers list --tree` and `--watch`.</summary>
public sealed class ServersListTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tree_ServersOfATree_DrawsWhoFollowsWhomAndWhatEachDoes()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, "servers", "list", "--tree");

        var lines = ran.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("root (root) · at 7 · equal", lines[0], StringComparison.Ordinal);
        Assert.Contains("branch (replica, branch-a) · silent for 3 s · at 7 · 1 behind · 12 clients · files 3/5", lines[1], StringComparison.Ordinal);
        Assert.Contains("lab (autonomous, lab) · at 7+3 · equal", lines[2], StringComparison.Ordinal);
        Assert.Contains("1 repairs · 3 lost records", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("READ-ONLY: another root", lines[2], StringComparison.Ordinal);
        Assert.False(lines[1].StartsWith("branch", StringComparison.Ordinal), "The branch stands below the root, not beside it.");
    }

    [Fact]
    public async Task Watch_UntilItIsInterrupted_WritesADocumentALineAndEndsWell()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Token);
        interrupt.CancelAfter(TimeSpan.FromSeconds(4));

        var ran = await server.RunAsync(interrupt.Token, "--output", "json", "servers", "list", "--watch");

        Assert.Equal((0, ""), (ran.ExitCode, ran.Error));
        var lines = ran.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 2, 6);
        Assert.All(lines, line => Assert.Equal(3, JsonDocument.Parse(line).RootElement.GetProperty("servers").GetArrayLength()));
    }
}
