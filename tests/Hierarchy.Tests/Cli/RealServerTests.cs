using System.Text.Json;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Tests.Server;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>The command line against whole servers: an administrator's day.</summary>
public sealed class RealServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Administrator_FromSyncToDecline_EachVerbDoesWhatItSays()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(
            SimulatedCatalog.Create(new CatalogOptions { Demo = 2 }, Cancellation), new MicrosoftUpdateOptions(), Cancellation);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        var update = DemoUpdates.IdOf(1).ToString("D");

        var run = await JsonAsync(root, "sync", "run");
        Assert.Equal(upstream.Library.Count, run.GetProperty("run").GetProperty("new_updates").GetInt32());

        await JsonAsync(root, "sites", "add", "branch-a", "--subnet", "10.1.0.0/16", "2001:db8::/48");
        var site = Assert.Single((await JsonAsync(root, "sites", "list")).GetProperty("sites").EnumerateArray());
        Assert.Equal(["10.1.0.0/16", "2001:db8::/48"], site.GetProperty("subnets").EnumerateArray().Select(subnet => subnet.GetString()));

        await JsonAsync(root, "groups", "add", "Pilot");
        var approved = await JsonAsync(root, "approve", "KB9000001", "--group", "Pilot", "--deadline", "+7d");
        Assert.True(approved.GetProperty("changed").GetBoolean());
        Assert.Equal("2026-10-11T12:00:00Z", approved.GetProperty("approval").GetProperty("deadline").GetString());
        Assert.False((await JsonAsync(root, "approve", update[..8], "--group", "pilot", "--deadline", "+7d")).GetProperty("changed").GetBoolean());

        // The replica shows what the root decided, and decides nothing itself.
        await replica.EqualsAsync(root);
        var shown = (await JsonAsync(replica, "updates", "show", update)).GetProperty("update");
        Assert.Equal("Pilot", shown.GetProperty("approvals")[0].GetProperty("group").GetString());
        var refused = await RunAsync(replica, "groups", "add", "Other");
        Assert.Equal(1, refused.ExitCode);
        Assert.Equal("failed_precondition", Document(refused).GetProperty("error").GetProperty("code").GetString());

        var declined = await JsonAsync(root, "decline", update);
        Assert.Equal(1, declined.GetProperty("approvals_removed").GetInt32());
        Assert.True((await JsonAsync(root, "updates", "show", update)).GetProperty("update").GetProperty("declined").GetBoolean());
        await JsonAsync(root, "decline", update, "--undo");
        Assert.Equal(0, (await JsonAsync(root, "status", update)).GetProperty("states").GetProperty("installed").GetInt32());

        await JsonAsync(root, "groups", "remove", "Pilot");
        await JsonAsync(root, "sites", "remove", "branch-a");
        Assert.Empty((await JsonAsync(root, "sites", "list")).GetProperty("sites").EnumerateArray());
        Assert.Contains((await JsonAsync(root, "servers", "list")).GetProperty("servers").EnumerateArray(), server => server.GetProperty("name").GetString() == "root");
        Assert.Empty((await JsonAsync(root, "computers", "list")).GetProperty("computers").EnumerateArray());
    }

    [Theory]
    [InlineData("approve KB1 --group Pilot", "not_found")]
    [InlineData("updates show zzzz", "not_found")]
    [InlineData("groups remove Nobody", "not_found")]
    [InlineData("computers show nobody", "not_found")]
    [InlineData("sync run --watch", "failed_precondition")]
    public async Task Server_AskedForWhatIsNotThere_AnswersWithTheNextStep(string commandLine, string code)
    {
        await using var root = await RunningServer.RootAsync();

        var ran = await RunAsync(root, commandLine.Split(' '));

        Assert.Equal(1, ran.ExitCode);
        var error = Document(ran).GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
    }

    private static async Task<JsonElement> JsonAsync(RunningServer server, params string[] verb)
    {
        var ran = await RunAsync(server, verb);
        Assert.True(ran.ExitCode == 0, $"hierarchy {string.Join(' ', verb)}: {ran.Out}{ran.Error}");
        return Document(ran);
    }

    private static Task<Ran> RunAsync(RunningServer server, params string[] verb) => Ran.RunAsync(["--server", server.GrpcUrl, "--output", "json", .. verb], Cancellation);

    private static JsonElement Document(Ran ran)
    {
        using var document = JsonDocument.Parse(ran.Out);
        return document.RootElement.Clone();
    }
}
