using System.Text.Json;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Testing;

public sealed class ProcessUnderTestTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task MicrosoftUpdate_AsAProgram_SaysItsAddressServesAndEndsWhenTold()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var program = ProcessUnderTest.Start("Hierarchy.Testing", ["microsoft-update", "--listen", "127.0.0.1:0", "--demo", "2"]);
        var url = await program.WaitForLineAsync(_ => true, Deadline, cancellationToken);

        using var http = new HttpClient { BaseAddress = new Uri(url) };
        using var counters = JsonDocument.Parse(await http.GetStringAsync("/simulator/counters", cancellationToken));
        Assert.Equal(6, counters.RootElement.GetProperty("revisions").GetInt32());

        program.Terminate();
        Assert.Equal(0, await program.WaitForExitAsync(Deadline, cancellationToken));
    }

    [Fact]
    public async Task MicrosoftUpdate_PortInUse_SaysSoAndFails()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var first = ProcessUnderTest.Start("Hierarchy.Testing", ["microsoft-update"]);
        var url = new Uri(await first.WaitForLineAsync(_ => true, Deadline, cancellationToken));
        await using var second = ProcessUnderTest.Start("Hierarchy.Testing", ["microsoft-update", "--listen", $"127.0.0.1:{url.Port}"]);

        Assert.Equal(2, await second.WaitForExitAsync(Deadline, cancellationToken));
        Assert.Contains("--listen", second.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kill_AtAnyMoment_LeavesNothingRunning()
    {
        await using var program = ProcessUnderTest.Start("Hierarchy.Testing", ["microsoft-update"]);
        await program.WaitForLineAsync(_ => true, Deadline, TestContext.Current.CancellationToken);
        await program.KillAsync(TestContext.Current.CancellationToken);
        Assert.True(program.HasExited);
        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() => program.WaitForLineAsync(_ => true, Deadline, TestContext.Current.CancellationToken));
        Assert.Contains("http://127.0.0.1", problem.Message, StringComparison.Ordinal);
    }
}
