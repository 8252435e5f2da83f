using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>What the verbs of rules ask of a server, what they say to people, and what they refuse themselves.</summary>
public sealed class RuleVerbTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_AllThatCanBeSaid_IsAsked()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(
            Token, "rules", "add", "Windows first", "--classification", "Critical Updates", "Security Updates", "--product", "Windows", "--title", "*x64*", "--group", "Pilot", "Servers", "--action", "install",
            "--deadline", "+3d 02:30", "--floating", "--order", "2", "--off");

        Assert.Equal((0, ""), (ran.ExitCode, ran.Error));
        var request = Assert.IsType<AddApprovalRuleRequest>(server.Rules.Request);
        Assert.Equal(
            new AddApprovalRuleRequest
            {
                Name = "Windows first",
                RequestedBy = "admin@console",
                Settings = new ApprovalRuleSettings
                {
                    Classifications = new RuleNames { Names = { "Critical Updates", "Security Updates" } }, Products = new RuleNames { Names = { "Windows" } }, TitlePattern = "*x64*",
                    Groups = new RuleNames { Names = { "Pilot", "Servers" } }, Action = ApprovalAction.Install, Deadline = new RuleDeadline { Days = 3, MinuteOfDay = 150, Floating = true }, Order = 2, On = false,
                },
            },
            request);
        Assert.Contains("+7d@03:05 by each computer's clock", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_WhatIsNotSaid_IsNotAsked()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        await server.RunAsync(Token, "rules", "set", "Definitions", "--any-classification", "--any-title", "--no-deadline", "--on");

        Assert.Equal(
            new ChangeApprovalRuleRequest
            {
                Rule = "Definitions", RequestedBy = "admin@console", Settings = new ApprovalRuleSettings { Classifications = new RuleNames(), TitlePattern = "", WithoutDeadline = true, On = true },
            },
            server.Rules.Request);
    }

    [Fact]
    public async Task Run_ForPeople_SaysWhatWasApprovedAndWhatWasSkippedAndWhy()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var would = await server.RunAsync(Token, "rules", "run", "--what-if");
        var ran = await server.RunAsync(Token, "rules", "run");

        Assert.Contains("Update [1]", would.Out, StringComparison.Ordinal);
        Assert.Contains("skipped 2: the licence is not accepted", would.Out, StringComparison.Ordinal);
        Assert.Contains("Would approve 1 update, 1 approvals.", would.Out, StringComparison.Ordinal);
        Assert.Contains("Approved 1 update, 1 approvals (cursor 33@2).", ran.Out, StringComparison.Ordinal);
        Assert.Contains("2 of 2 updates", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rules list", "They do not run at this server. This server is a replica")]
    [InlineData("rules show DEFINITIONS", "by each computer's clock")]
    [InlineData("rules remove Definitions", "what it approved stays approved")]
    [InlineData("rules declines list", "30 d")]
    [InlineData("rules declines add Superseded", "off: it runs only when somebody says so")]
    [InlineData("rules declines run --what-if", "Would decline 1 superseded update, with 1 approval.")]
    [InlineData("rules declines run --what-if", "Stay: 3 (needed by a computer)")]
    [InlineData("rules declines run", "Declined 1 superseded update, with 1 approval (cursor 37@2).")]
    [InlineData("updates superseded", "1 of 5; --limit N shows more.")]
    [InlineData("updates show KB5013943", "Finally replaced by: The last one")]
    public async Task Verb_ForPeople_SaysIt(string commandLine, string words)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, commandLine.Split(' '));

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains(words, ran.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rules add A")]
    [InlineData("rules add A --group Pilot --deadline tomorrow")]
    [InlineData("rules add A --group Pilot --deadline +7d")]
    [InlineData("rules add A --group Pilot --deadline +366d@03:00")]
    [InlineData("rules add A --group Pilot --floating")]
    [InlineData("rules add A --group Pilot --action uninstall")]
    [InlineData("rules add A --group Pilot --order 0")]
    [InlineData("rules add A --group Pilot --on --off")]
    [InlineData("rules set A")]
    [InlineData("rules set A --title x --any-title")]
    [InlineData("rules set A --deadline +1d@03:00 --no-deadline")]
    [InlineData("rules declines add A --older-than month")]
    [InlineData("rules declines add A --older-than 3651d")]
    [InlineData("rules declines set A")]
    [InlineData("updates superseded --limit 0")]
    public async Task CommandLine_ThatIsWrong_EndsWithUsageAndAsksNothing(string commandLine)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, commandLine.Split(' '));

        Assert.Equal((2, ""), (ran.ExitCode, ran.Out));
        Assert.Contains("Next: ", ran.Error, StringComparison.Ordinal);
        Assert.Null(server.Rules.Request);
    }

    [Fact]
    public async Task Show_RuleThatIsNotThere_SaysWhatToDo()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, "rules", "show", "Nobody");

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("Next: hierarchy rules list", ran.Error, StringComparison.Ordinal);
    }
}
