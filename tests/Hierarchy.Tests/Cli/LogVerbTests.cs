using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`log`: who changed what.</summary>
public sealed class LogVerbTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Log_Text_ShowsWhoDidWhatAndHowMuchMore()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, "log");

        Assert.True(ran.ExitCode == 0, ran.Error);
        Assert.Matches(@"2026-09-21T14:13:20Z\s+anna@pc\s+127.0.0.1\s+root\s+approve\s+An update, for Pilot\s+inherits\s+install, revision 201", ran.Out);
        Assert.Matches(@"-\s+-\s+root\s+groups remove\s+Pilot\s", ran.Out);
        Assert.Contains("and 895 more", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_Conditions_AreSentAndPagesFollowed()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, "log", "--since", "2026-10-01", "--until", "2026-10-02T03:00Z", "--by", "anna", "--update", "KB1", "--group", "Pilot", "--verb", "groups add", "--limit", "0");

        Assert.True(ran.ExitCode == 0, ran.Error);
        Assert.Equal(["", "0102"], server.Audit.Requests.Select(request => request.PageToken));
        Assert.All(server.Audit.Requests, request =>
        {
            Assert.Equal(("anna", "KB1", "Pilot", "groups add", 500), (request.RequestedBy, request.Update, request.Group, request.Verb, request.PageSize));
            Assert.Equal((new DateTime(2026, 10, 1), new DateTime(2026, 10, 2, 3, 0, 0)), (request.Since.ToDateTime(), request.Until.ToDateTime()));
        });
    }

    [Theory]
    [InlineData("--since yesterday", "is no time")]
    [InlineData("--limit -1", "--limit takes")]
    public async Task Log_Nonsense_IsOneClearErrorAndAsksNothing(string arguments, string words)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, ["log", .. arguments.Split(' ')]);

        Assert.Equal(2, ran.ExitCode);
        Assert.Contains(words, ran.Error, StringComparison.Ordinal);
        Assert.Empty(server.Audit.Requests);
    }
}
