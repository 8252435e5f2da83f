using System.Text.Json;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Server.Hosting;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Tests.Cli;
using Xunit;

namespace Hierarchy.Tests.Server.Decisions;

/// <summary>The five steps of "Leaving WSUS" in the README, from a simulated WSUS to a root of its own.</summary>
public sealed class LeavingWsusTests : IDisposable
{
    private const string Computer = "5c3d9f4e-8a41-4b0a-9d39-0f4a6c1b2e77";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Site_LeavesItsWsus_WithDecisionsContentAndComputers()
    {
        await using var wsus = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 3 }, Token), new MicrosoftUpdateOptions(), Token);
        var pilot = wsus.Decisions.AddGroup("Pilot");
        wsus.Decisions.Approve(wsus.Library.Latest(DemoUpdates.IdOf(1))!, pilot.Id); // The demo updates are published.
        wsus.Decisions.Hide(DemoUpdates.IdOf(2));

        await using (var replica = await StartAsync(wsus.Url, "wsus-replica"))
        {
            await RunAsync(replica, "sync", "run");
            var content = await KeepAsWsusDoesAsync(replica);
            var adopted = await RunAsync(replica, "migrate", "content", content);
            Assert.Equal(0, adopted.GetProperty("wrong").GetInt32());
            Assert.Equal(replica.Views.View.Files.Count, adopted.GetProperty("files").GetInt32());
            await File.WriteAllTextAsync(_folder["computers.csv"], $"\"Id\",\"FullDomainName\",\"Groups\"\r\n\"{Computer}\",\"pc-1.example\",\"Pilot\"\r\n", Token);
            await RunAsync(replica, "migrate", "computers", _folder["computers.csv"]);
            Assert.Equal("pc-1.example", (await RunAsync(replica, "computers", "list")).GetProperty("computers")[0].GetProperty("name").GetString());
        }

        // Microsoft Update itself knows no decisions; here it is the same catalog at another address.
        await using var microsoft = await MicrosoftUpdateServer.StartAsync(wsus.Library, new MicrosoftUpdateOptions(), Token);
        await using var root = await StartAsync(microsoft.Url, "microsoft-update");
        var before = root.Views.View.Updates.Count;

        await RunAsync(root, "sync", "run");
        await RunAsync(root, "decline", DemoUpdates.IdOf(2).ToString("D"), "--undo");
        await RunAsync(root, "approve", DemoUpdates.IdOf(3).ToString("D"), "--group", "Pilot");

        Assert.Equal(before, root.Views.View.Updates.Count);
        Assert.Equal(0, microsoft.Counters.UpdatesSent);
        Assert.Equal(pilot.Id, root.Views.View.Groups.Find("Pilot")?.Id);
        var decided = await DecisionsAsync(root, Computer);
        Assert.Equal(
            [DecisionAction.Install, DecisionAction.Evaluate, DecisionAction.Install],
            Enumerable.Range(1, 3).Select(number => decided[DemoUpdates.IdOf(number)]));
        Assert.All((await DecisionsAsync(root, "somebody-else")).Values, action => Assert.Equal(DecisionAction.Evaluate, action));
        Assert.Equal(0, microsoft.Counters.ContentRequests);
    }

    public void Dispose() => _folder.Dispose();

    private Task<RunningServer> StartAsync(Uri upstream, string kind) =>
        RunningServer.StartAsync(new ServerOptions { Role = "root", Name = "root", MicrosoftUpdate = upstream.AbsoluteUri, UpstreamKind = kind }, _folder.CreateFolder("root"));

    private async Task<string> KeepAsWsusDoesAsync(RunningServer server)
    {
        using var http = new HttpClient();
        var folder = _folder.CreateFolder("WsusContent");
        foreach (var file in server.Views.View.Files.Values)
        {
            var sha1 = Convert.ToHexString(file.Sha1.Span);
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, sha1[^2..])).FullName, sha1 + Path.GetExtension(file.Name));
            await File.WriteAllBytesAsync(path, await http.GetByteArrayAsync(new Uri(file.MicrosoftUpdateUrl!), Token), Token); // The simulated server names a place for each.
        }

        return folder;
    }

    private static async Task<Dictionary<Guid, DecisionAction>> DecisionsAsync(RunningServer server, string computer)
    {
        using var call = server.Client.Sync(new SyncRequest { ClientId = computer }, cancellationToken: Token);
        var decisions = new Dictionary<Guid, DecisionAction>();
        while (await call.ResponseStream.MoveNext(Token))
            foreach (var decision in call.ResponseStream.Current.Decisions?.Decisions ?? [])
                decisions[new Guid(decision.UpdateId.Span, bigEndian: true)] = decision.Action;
        return decisions;
    }

    private static async Task<JsonElement> RunAsync(RunningServer server, params string[] verb)
    {
        var ran = await Ran.RunAsync(["--server", server.GrpcUrl, "--output", "json", .. verb], Token);
        Assert.True(ran.ExitCode == 0, $"hierarchy {string.Join(' ', verb)}: {ran.Out}{ran.Error}");
        using var document = JsonDocument.Parse(ran.Out);
        return document.RootElement.Clone();
    }
}
