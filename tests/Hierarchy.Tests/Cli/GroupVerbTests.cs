using Hierarchy.Protocol.Admin.V1;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`groups`: what is said before a group that is in use changes, and who is asked.</summary>
public sealed class GroupVerbTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("yes\n", 0, 2)]
    [InlineData("no\n", 130, 1)]
    [InlineData(null, 2, 1)]
    public async Task Remove_GroupThatIsUsed_SaysWhatItDoesAndAsks(string? input, int exitCode, int requests)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await Ran.RunAsync(["--server", server.Url, "groups", "remove", "Pilot"], Token, input: input);

        Assert.Equal(exitCode, ran.ExitCode);
        Assert.Contains("1 approval of it goes.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("2 computers that were put into it are so no longer.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("Other groups count for 1,200 computers, of which 3 come to be in Unassigned Computers.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("about 6 updates: 4 begin to be installed, removed or offered somewhere, 5 no longer are.", ran.Error, StringComparison.Ordinal);
        Assert.Equal([true, false], server.Groups.Requests.Cast<DeleteGroupRequest>().Select(request => request.WhatIf).Concat([false]).Take(2));
        Assert.Equal(requests, server.Groups.Requests.Count);
    }

    [Fact]
    public async Task Move_ThatDoesNothingToAnything_IsNotAskedFor()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        server.Groups.Effect = new GroupEffect();

        var ran = await server.RunAsync(Token, "groups", "move", "Pilot", "--to", "Europe");

        Assert.True(ran.ExitCode == 0, ran.Error);
        Assert.Contains("Group Pilot is in Europe", ran.Out, StringComparison.Ordinal);
        Assert.Equal(2, server.Groups.Requests.Count);
    }

    [Theory]
    [InlineData("groups rename Pilot Europe --what-if")]
    [InlineData("groups move Pilot --to Europe --what-if")]
    [InlineData("groups remove Pilot --what-if --yes")]
    [InlineData("groups targeting set server --what-if")]
    [InlineData("groups rules add laptops --group Pilot --model Latitude* --what-if")]
    [InlineData("groups rules remove laptops --what-if")]
    public async Task WhatIf_SaysTheEffectAndDoesNothing(string commandLine)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, commandLine.Split(' '));

        Assert.True(ran.ExitCode == 0, ran.Error);
        Assert.Contains("1,200 computers", ran.Out, StringComparison.Ordinal);
        Assert.Contains("Nothing was done.", ran.Out, StringComparison.Ordinal);
        Assert.Contains("\"whatIf\": true", Assert.Single(server.Groups.Requests).ToString()!, StringComparison.Ordinal); // A message's text is never null.
    }

    [Theory]
    [InlineData("groups targeting set both")]
    [InlineData("groups rules add laptops --group Pilot")]
    [InlineData("groups rules add laptops --model Latitude*")]
    [InlineData("groups move Pilot")]
    [InlineData("groups rename Pilot")]
    public async Task CommandLine_ThatSaysTooLittle_IsUsage(string commandLine)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        Assert.Equal(2, (await server.RunAsync(Token, commandLine.Split(' '))).ExitCode);
        Assert.Empty(server.Groups.Requests);
    }
}
