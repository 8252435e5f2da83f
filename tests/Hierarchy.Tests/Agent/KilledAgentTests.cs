using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Hierarchy.Agent.Install;
using Hierarchy.Protocol.Client.V1;
using Xunit;
using DecisionAction = Hierarchy.Domain.Approvals.DecisionAction;

namespace Hierarchy.Tests.Agent;

/// <summary>The program itself, as an operator or a crash sees it.</summary>
public sealed class KilledAgentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KilledInAnInstallation_Restarted_FindsOutWhatItLeft(bool isDoneBefore)
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);

        // The script tells that it runs, and waits for the test. With the marker written before or after the crash.
        var wait = """
            echo $$ > "$HIERARCHY_ROOT/pid.tmp"; mv "$HIERARCHY_ROOT/pid.tmp" "$HIERARCHY_ROOT/pid"
            while [ ! -e "$HIERARCHY_ROOT/go" ]; do sleep 0.05; done
            """;
        var update = new TestUpdate(1) { Script = isDoneBefore ? $"{TestUpdate.MarkerScript}\n{wait}" : $"{wait}\n{TestUpdate.MarkerScript}" };
        server.Add(update, DecisionAction.Install);
        using (var process = Start(agent, server, "once"))
        {
            var pidPath = Path.Combine(agent.Root, "pid");
            await Waiting.ForAsync(() => File.Exists(pidPath), "the installer runs", Token);
            process.Kill();
            await process.WaitForExitAsync(Token);
            using var script = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pidPath, Token), CultureInfo.InvariantCulture));

            // While the installer runs on, it is not started a second time.
            if (!isDoneBefore)
            {
                var meanwhile = await agent.OnceAsync(Token);
                Assert.Contains(meanwhile.Skipped, skipped => skipped.Reason.Contains("still runs", StringComparison.Ordinal));
            }

            script.Kill();
            await Waiting.ForAsync(() => !InstallerProcess.IsStillRunning(new InstallAttempt { Id = update.RevisionId, StartedAt = DateTimeOffset.UtcNow, ProcessId = script.Id }), "the installer is dead", Token);
        }

        await File.WriteAllTextAsync(Path.Combine(agent.Root, "go"), "", Token);
        var report = await agent.OnceAsync(Token);

        Assert.True(report.IsOk, report.ToJson());
        Assert.Single(agent.Ran);
        Assert.Equal(UpdateState.Installed, server.StatusOf(update)!.State);
        Assert.Equal(isDoneBefore ? 0 : 1, report.Installed.Count);
        var counters = server.Reports.Select(sent => sent.Counter).ToArray();
        Assert.Equal(counters.Order().Distinct(), counters);
    }

    [Fact]
    public async Task Program_StateFolderTaken_SaysSoAndFails()
    {
        await using var server = await FakeServer.StartAsync();
        using var agent = new AgentUnderTest(server.Url);
        using var running = Start(agent, server, "run");
        var line = await running.StandardOutput.ReadLineAsync(Token);
        Assert.Equal("synced", JsonDocument.Parse(line!).RootElement.GetProperty("event").GetString());

        using var second = Start(agent, server, "once");
        var errors = await second.StandardError.ReadToEndAsync(Token);
        await second.WaitForExitAsync(Token);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("in use by another agent", errors, StringComparison.Ordinal);

        // SIGTERM ends the other one cleanly.
        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {running.Id}"])) await kill.WaitForExitAsync(Token);
        await running.WaitForExitAsync(Token);
        Assert.Equal(0, running.ExitCode);
    }

    [Theory]
    [InlineData(2, "is required", "once")]
    [InlineData(2, "--facts", "once", "--server", "http://127.0.0.1:1", "--state", "x")]
    [InlineData(2, "not the address of a server", "once", "--server", "nonsense", "--state", "x", "--facts", "x")]
    [InlineData(2, "not an IP address", "once", "--server", "http://127.0.0.1:1", "--state", "x", "--facts", "x", "--address", "here")]
    [InlineData(1, "cannot be read", "once", "--server", "http://127.0.0.1:1", "--state", "x", "--facts", "/nowhere/facts.json")]
    public async Task Program_WrongUse_SaysWhatToDo(int code, string expected, params string[] arguments)
    {
        using var process = Start(arguments);
        var errors = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);

        Assert.Equal(code, process.ExitCode);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    private static Process Start(AgentUnderTest agent, FakeServer server, string verb)
        => Start([verb, "--server", server.Url, "--state", agent.StatePath, "--facts", agent.FactsPath, "--name", "computer", "--address", "127.0.0.1"]);

    private static Process Start(string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "hierarchy-agent" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        })!; // a new process is never null without shell execution
    }
}
