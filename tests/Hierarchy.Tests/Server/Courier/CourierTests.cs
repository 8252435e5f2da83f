using System.Text.Json;
using Google.Protobuf;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Store;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Server.Hosting;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Tests.Cli;
using Xunit;
using UpdateState = Hierarchy.Protocol.Client.V1.UpdateState;

namespace Hierarchy.Tests.Server.Courier;

/// <summary>A site without a connection, and the files that are carried to and from it by the command line.</summary>
public sealed class CourierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Site_ThreeFiles_HoldsTheRootsStateAndFeedsThoseBelow()
    {
        await using var root = await RunningServer.RootAsync();
        await using var site = await SiteAsync();
        await using var leaf = await RunningServer.ReplicaAsync(site.GrpcUrl, "leaf");
        for (var i = 0; i < 30; i++) await root.AddUpdateAsync(title: $"Update {i}");

        var first = await RunAsync(root, "export", _folder["1"]);
        Assert.Equal(JsonValueKind.Null, first.GetProperty("from").ValueKind);
        var imported = await RunAsync(site, "import", _folder["1"]);
        Assert.Equal(first.GetProperty("records").GetInt64(), imported.GetProperty("records").GetInt64());
        await site.EqualsAsync(root);
        await leaf.EqualsAsync(root);

        for (var round = 2; round <= 3; round++)
        {
            await root.AddUpdateAsync(title: $"New in round {round}");
            await RunAsync(root, "groups", "add", $"Group {round}");
            if (round == 3) await RunAsync(root, "groups", "remove", "Group 2");
            await RunAsync(site, "export", "--position", _folder[$"position {round}"]);
            var delta = await RunAsync(root, "export", _folder[$"{round}"], "--since", _folder[$"position {round}"]);
            Assert.InRange(delta.GetProperty("records").GetInt64(), 2, 5);
            await RunAsync(site, "import", _folder[$"{round}"]);
            await site.EqualsAsync(root);
            await leaf.EqualsAsync(root);
        }

        // The last one again changes nothing; an older one is refused.
        var again = await RunAsync(site, "import", _folder["3"]);
        Assert.Equal(0, again.GetProperty("records").GetInt64());
        await RefusedAsync(site, "Nobody goes back", "import", _folder["2"]);
        await site.EqualsAsync(root);
    }

    [Fact]
    public async Task Site_Restarted_ServesWhatWasImportedAndGoesOn()
    {
        await using var root = await RunningServer.RootAsync();
        await root.AddUpdateAsync(title: "First");
        await using (var site = await SiteAsync(_folder["site"]))
        {
            await RunAsync(root, "export", _folder["all"]);
            await RunAsync(site, "import", _folder["all"]);
        }

        await using var back = await SiteAsync(_folder["site"]);
        Assert.Single(back.Views.View.Updates);
        await root.AddUpdateAsync(title: "Second");
        // A file with everything is taken as what is new in it.
        await RunAsync(root, "export", _folder["all again"]);
        var imported = await RunAsync(back, "import", _folder["all again"]);
        Assert.True(imported.GetProperty("records_passed").GetInt64() > 0);
        await back.EqualsAsync(root);
    }

    [Fact]
    public async Task Site_PromotedWhenTheRootIsLost_Decides()
    {
        await using var site = await SiteAsync();
        await using (var root = await RunningServer.RootAsync())
        {
            await root.AddUpdateAsync(title: "Kept");
            await RunAsync(root, "export", _folder["all"]);
            await RunAsync(site, "import", _folder["all"]);
            await site.EqualsAsync(root);
        }

        await site.PromoteAsync();

        await site.Admin.AddGroupAsync(new AddGroupRequest { Name = "Pilot" }, cancellationToken: Token);
        Assert.Single(site.Views.View.Updates.Values, update => update.Latest?.Title == "Kept");
        Assert.True(site.Log.Head.Position.Epoch > Epoch.Leap);
    }

    [Fact]
    public async Task File_ThatDoesNotFit_IsRefusedWithTheNextStep()
    {
        await using var root = await RunningServer.RootAsync();
        await using var other = await RunningServer.RootAsync();
        await using var site = await SiteAsync();
        await using var empty = await SiteAsync();
        await root.AddUpdateAsync(title: "First");
        await RunAsync(root, "export", _folder["1"]);
        await RunAsync(site, "import", _folder["1"]);
        await root.AddUpdateAsync(title: "Second");
        await RunAsync(root, "export", "--all", _folder["2"]);
        await RunAsync(empty, "import", _folder["2"]);
        await RunAsync(empty, "export", "--position", _folder["ahead"]);
        await root.AddUpdateAsync(title: "Third");
        await RunAsync(root, "export", _folder["3"], "--since", _folder["ahead"]);
        await RunAsync(other, "export", _folder["other"]);
        var before = site.Log.Head.Position;

        var far = await RefusedAsync(site, "export --position", "import", _folder["3"]);
        Assert.Contains($"this server is at {before}", far, StringComparison.Ordinal);
        await RefusedAsync(site, "this server mirrors log", "import", _folder["other"]);
        await RefusedAsync(site, "--catalog-only", "import", await ExportAsync(root, "catalog", "--catalog-only"));
        await RefusedAsync(site, "where a server stands", "import", _folder["ahead"]);
        await RefusedAsync(site, "carries the log", "import", "--status", _folder["1"]);
        await RefusedAsync(root, "is a root", "import", _folder["1"]);
        await RefusedAsync(other, "from a server of its own tree", "export", _folder["x"], "--since", _folder["ahead"]);
        await RefusedAsync(root, "--parent courier", "export", "--position", _folder["x"]);

        Assert.Equal(before, site.Log.Head.Position);
        Assert.False(File.Exists(_folder["x"]));
    }

    [Fact]
    public async Task File_Damaged_ServesNothingNewAndGoesOnWithTheWholeOne()
    {
        await using var root = await RunningServer.RootAsync();
        await using var site = await SiteAsync();
        await root.AddUpdateAsync(title: "First");
        await RunAsync(root, "export", _folder["1"]);
        await RunAsync(site, "import", _folder["1"]);
        await FillAsync(root.Get<IAuthorityLog>());
        await RunAsync(site, "export", "--position", _folder["position"]);
        await RunAsync(root, "export", _folder["2"], "--since", _folder["position"]);
        var bytes = File.ReadAllBytes(_folder["2"]);
        var before = site.Log.Head.Position;

        foreach (var length in new[] { 0, 5, 100, bytes.Length / 2, bytes.Length - 5 })
        {
            File.WriteAllBytes(_folder["cut"], bytes[..length]);
            await RefusedAsync(site, "", "import", _folder["cut"]);
            // A file that lacks its last frame alone has a log that was whole: that is served.
            Assert.Equal(length == bytes.Length - 5 ? root.Log.Head.Position : before, site.Log.Head.Position);
            if (length == bytes.Length / 2) Assert.True(site.Get<IMirrorLog>().Staging.Through > before.Sequence, "nothing was staged");
        }

        var imported = await RunAsync(site, "import", _folder["2"]);
        Assert.Equal(0, imported.GetProperty("records").GetInt64());
        await site.EqualsAsync(root);
    }

    [Fact]
    public async Task File_BitsFlipped_IsRefusedWhereverTheyAre()
    {
        await using var root = await RunningServer.RootAsync();
        await using var site = await SiteAsync();
        await root.AddUpdateAsync(title: "First");
        await RunAsync(root, "export", _folder["1"]);
        var bytes = File.ReadAllBytes(_folder["1"]);
        var random = new Random(3);
        for (var i = 0; i < 30; i++)
        {
            var broken = (byte[])bytes.Clone();
            // The last frame says that the log before it is whole, and is left alone here.
            broken[random.Next(broken.Length - 13)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_folder["broken"], broken);
            await RefusedAsync(site, "", "import", _folder["broken"]);
            Assert.True(site.Log.Head.Position.IsEmpty);
        }
    }

    [Fact]
    public async Task Root_Restored_SiteTakesItsStateByAFileWithEverything()
    {
        await using var site = await SiteAsync();
        await using (var root = await RunningServer.RootAsync(_folder["root"]))
        {
            await root.AddUpdateAsync(title: "Kept");
            await RunAsync(root, "backup", _folder["backup"]);
            await root.AddUpdateAsync(title: "Lost");
            await RunAsync(root, "export", _folder["1"]);
            await RunAsync(site, "import", _folder["1"]);
        }

        Assert.Equal(0, (await Ran.RunAsync(["restore", _folder["backup"], "--data", _folder["root"], "--replace"], Token)).ExitCode);
        await using var again = await RunningServer.RootAsync(_folder["root"]);
        await RunAsync(site, "export", "--position", _folder["position"]);
        await RefusedAsync(again, "--all", "export", _folder["2"], "--since", _folder["position"]);
        await RunAsync(again, "export", _folder["2"], "--all");
        await RunAsync(site, "import", _folder["2"]);
        await site.EqualsAsync(again);
        Assert.Equal("Kept", Assert.Single(site.Views.View.Updates.Values).Latest?.Title);
        Assert.True(site.Get<ILostStore>().Count > 0, "what was lost is kept nowhere");
    }

    [Fact]
    public async Task Reports_OfASite_ReachTheRootOnceAndAreAcknowledgedByTheNextFile()
    {
        await using var root = await RunningServer.RootAsync();
        await using var site = await SiteAsync();
        await using var leaf = await RunningServer.ReplicaAsync(site.GrpcUrl, "leaf");
        var update = await root.AddUpdateAsync();
        await RunAsync(root, "export", _folder["1"]);
        await RunAsync(site, "import", _folder["1"]);
        await leaf.EqualsAsync(root);
        await ReportAsync(leaf, "computer-1", 1, update.UpdateId, UpdateState.NotInstalled);
        await ReportAsync(site, "computer-2", 1, update.UpdateId, UpdateState.Installed);
        await Eventually.HoldsAsync("the leaf's report is at the site", () => Reports(site).OutboxHead >= 4);

        await RunAsync(site, "export", "--status", _folder["status"]);
        Assert.Equal(4, (await RunAsync(root, "import", "--status", _folder["status"])).GetProperty("reports_merged").GetInt64());
        Assert.Equal(0, (await RunAsync(root, "import", "--status", _folder["status"])).GetProperty("reports_merged").GetInt64());
        Assert.Equal(2, (await root.Admin.GetUpdateStatusAsync(new GetUpdateStatusRequest { Update = update.UpdateId.ToString() }, cancellationToken: Token)).Computers.Count(computer => computer.State != 0));
        await Eventually.HoldsAsync("the root enrols the site", () => root.Views.View.Servers.Values.Any(server => server.Name == "site"));

        // What is reported meanwhile is not acknowledged with the rest.
        await ReportAsync(site, "computer-3", 1, update.UpdateId, UpdateState.Installed);
        await RunAsync(root, "export", _folder["2"], "--for", _folder["status"]);
        Assert.True((await RunAsync(site, "import", _folder["2"])).GetProperty("reports_rooted").GetInt64() > 0);
        await site.EqualsAsync(root);
        Assert.InRange(Reports(site).Rooted, 1, Reports(site).OutboxHead - 1);
        await Eventually.HoldsAsync("the leaf hears that its reports are at the root", () => Reports(leaf).Rooted == Reports(leaf).OutboxHead);

        Assert.InRange((await RunAsync(site, "export", "--status", _folder["status 2"])).GetProperty("reports").GetInt64(), 1, 2);
        await RunAsync(root, "import", "--status", _folder["status 2"]);
        Assert.Equal(3, (await root.Admin.ListComputersAsync(new ListComputersRequest(), cancellationToken: Token)).Computers.Count);
        await RefusedAsync(site, "own reports", "import", "--status", _folder["status"]);
    }

    [Fact]
    public async Task Reports_BehindWhatARestoredRootHas_AreAskedForFromTheirBeginning()
    {
        await using var site = await SiteAsync();
        await using (var root = await RunningServer.RootAsync(_folder["root"]))
        {
            var update = await root.AddUpdateAsync();
            await RunAsync(root, "backup", _folder["backup"]);
            await RunAsync(root, "export", _folder["1"]);
            await RunAsync(site, "import", _folder["1"]);
            await ReportAsync(site, "computer-1", 1, update.UpdateId, UpdateState.Installed);
            await RunAsync(site, "export", "--status", _folder["status"]);
            await RunAsync(root, "import", "--status", _folder["status"]);
            await RunAsync(root, "export", _folder["2"], "--for", _folder["status"]);
            await RunAsync(site, "import", _folder["2"]);
            await ReportAsync(site, "computer-2", 1, update.UpdateId, UpdateState.Installed);
            await RunAsync(site, "export", "--status", _folder["status 2"]);
        }

        Assert.Equal(0, (await Ran.RunAsync(["restore", _folder["backup"], "--data", _folder["root"], "--replace"], Token)).ExitCode);
        await using var again = await RunningServer.RootAsync(_folder["root"]);
        await RefusedAsync(again, "--status FILE --all", "import", "--status", _folder["status 2"]);
        await RunAsync(site, "export", "--status", _folder["status all"], "--all");
        Assert.Equal(4, (await RunAsync(again, "import", "--status", _folder["status all"])).GetProperty("reports_merged").GetInt64());
    }

    [Fact]
    public async Task Content_Carried_IsVerifiedAndNotCarriedTwice()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 2 }, Token), new MicrosoftUpdateOptions(), Token);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await using var site = await SiteAsync();
        await RunAsync(root, "sync", "run");
        await RunAsync(root, "groups", "add", "Pilot");
        await RunAsync(root, "approve", "KB9000001", "--group", "Pilot");
        await Eventually.HoldsAsync("the root has the files", () => root.Get<ContentPlans>().Current.Ahead is { Count: > 0 } ahead && ahead.All(root.Get<ContentStore>().Contains));

        var exported = await RunAsync(root, "export", _folder["1"], "--content");
        var files = exported.GetProperty("content_files").GetInt64();
        Assert.True(files > 0);
        Assert.Equal(files, (await RunAsync(site, "import", _folder["1"])).GetProperty("content_stored").GetInt64());
        await site.EqualsAsync(root);
        Assert.Equal(root.Get<ContentStore>().Files.OrderBy(file => file.Sha1.ToString()), site.Get<ContentStore>().Files.OrderBy(file => file.Sha1.ToString()));
        Assert.Equal(files, (await RunAsync(site, "import", _folder["1"])).GetProperty("content_present").GetInt64());

        await RunAsync(root, "groups", "add", "More");
        await RunAsync(site, "export", "--position", _folder["position"]);
        Assert.Equal(0, (await RunAsync(root, "export", _folder["2"], "--since", _folder["position"], "--content")).GetProperty("content_files").GetInt64());
        await RunAsync(site, "import", _folder["2"]);
        await site.EqualsAsync(root);
    }

    [Fact]
    public async Task CatalogOnly_AtAnAutonomousServer_BringsTheCatalogAndNoDecision()
    {
        await using var root = await RunningServer.RootAsync();
        await using var site = await SiteAsync(role: "autonomous");
        var update = await root.AddUpdateAsync(title: "First");
        await RunAsync(root, "groups", "add", "Of the root");
        await RunAsync(root, "approve", update.UpdateId.ToString(), "--group", "Of the root");
        await RunAsync(site, "import", await ExportAsync(root, "1", "--catalog-only"));
        await Eventually.HoldsAsync("the site serves the catalog", () => site.Views.View.Updates.Count == 1);
        Assert.DoesNotContain(site.Views.View.Groups.Groups, group => group.Name == "Of the root");
        Assert.NotEqual(root.Log.Head.Position.Log, site.Get<IMirrorLog>().Head.Position.Log);

        await RunAsync(site, "groups", "add", "Of the site");
        await root.AddUpdateAsync(title: "Second");
        await RunAsync(site, "export", "--position", _folder["position"]);
        await RefusedAsync(root, "with --catalog-only", "export", _folder["x"], "--since", _folder["position"]);
        await RunAsync(root, "export", _folder["2"], "--since", _folder["position"], "--catalog-only");
        await RunAsync(site, "import", _folder["2"]);
        await Eventually.HoldsAsync("the site serves the new update", () => site.Views.View.Updates.Count == 2);
        Assert.Contains(site.Views.View.Groups.Groups, group => group.Name == "Of the site");
        await RefusedAsync(site, "mirrors log", "import", await ExportAsync(root, "whole"));
    }

    private static Task<RunningServer> SiteAsync(string? folder = null, string role = "replica") =>
        RunningServer.StartAsync(new ServerOptions { Role = role, Name = "site", Site = "branch", Parent = "courier" }, folder);

    private static IReportStore Reports(RunningServer server) => server.Get<IReportStore>();

    private static async Task FillAsync(IAuthorityLog log)
    {
        for (var i = 0; i < 20; i++)
            await log.CommitAsync([.. Enumerable.Range(0, 500).Select(n => new Change(900, BitConverter.GetBytes((i * 500) + n), new byte[400]))], Token);
    }

    private static async Task ReportAsync(RunningServer server, string computer, long counter, Guid updateId, UpdateState state)
    {
        var request = new ReportRequest { ClientId = computer, Incarnation = 1, Counter = counter, Name = computer + ".example", OperatingSystem = "Windows" };
        request.Statuses.Add(new UpdateStatus { UpdateId = ByteString.CopyFrom(updateId.ToByteArray(bigEndian: true)), RevisionNumber = 100, State = state });
        await server.Client.ReportAsync(request, cancellationToken: Token);
    }

    private async Task<string> ExportAsync(RunningServer server, string name, params string[] how)
    {
        await RunAsync(server, ["export", _folder[name], .. how]);
        return _folder[name];
    }

    private static async Task<JsonElement> RunAsync(RunningServer server, params string[] verb)
    {
        var ran = await Ran.RunAsync(["--server", server.GrpcUrl, "--output", "json", .. verb], Token);
        Assert.True(ran.ExitCode == 0, $"hierarchy {string.Join(' ', verb)}: {ran.Out}{ran.Error}");
        return JsonDocument.Parse(ran.Out).RootElement;
    }

    private static async Task<string> RefusedAsync(RunningServer server, string because, params string[] verb)
    {
        var ran = await Ran.RunAsync(["--server", server.GrpcUrl, "--output", "json", .. verb], Token);
        Assert.Equal(1, ran.ExitCode);
        var message = JsonDocument.Parse(ran.Out).RootElement.GetProperty("error").GetProperty("message").GetString()!;
        Assert.Contains(because, message, StringComparison.Ordinal);
        return message;
    }
}
