using Xunit;

namespace Hierarchy.Tests.Cli;

public sealed class ServersVerifyTests
{
    [Fact]
    public async Task Verify_AllEqual_ShowsProgressAndATable()
    {
        await using var server = await AdminFixture.StartAsync(TestContext.Current.CancellationToken);

        var ran = await server.RunAsync(TestContext.Current.CancellationToken, "servers", "verify");

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("root: reading, 50 %", ran.Error);
        Assert.Matches(@"replica-a\s+root\s+equal\s+42@2\+42@2\s+40\s+01234567", ran.Out);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Verify_OneServerDiffers_NamesItAndEndsWith1(string output)
    {
        await using var server = await AdminFixture.StartAsync(TestContext.Current.CancellationToken);
        server.Verification.HasDifference = true;

        var ran = await server.RunAsync(TestContext.Current.CancellationToken, "--output", output, "servers", "verify", "replica-a");

        Assert.Equal(1, ran.ExitCode);
        if (output == "text") Assert.Matches(@"replica-a\s+root\s+different\s+42@2\s+40\s+01234567\s+3, 9999\s+Its records differ\.", ran.Out);
        else Assert.Contains("\"sound\": false", ran.Out);
    }
}
