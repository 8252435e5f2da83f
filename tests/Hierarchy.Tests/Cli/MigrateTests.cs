using Hierarchy.Domain.Groups;
using System.Text.Json;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Testing;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Tests.Server;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`hierarchy migrate` against whole servers.</summary>
public sealed class MigrateTests : IDisposable
{
    private const string Seen = "5c3d9f4e-8a41-4b0a-9d39-0f4a6c1b2e77";
    private const string Unseen = "9e0c2c56-4b0c-4f83-8a57-3b6c2f1d7a10";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Computers_WithGroupsThatAreNotThere_ChangesNothingUntilTold()
    {
        await using var root = await RunningServer.RootAsync();
        var table = Table($"{Seen},pc-1,Pilot\n{Unseen},pc-2,Pilot;Servers\n");
        await Eventually.HoldsAsync("the root has enrolled itself", () => root.Views.View.Servers.Count == 1);
        var head = root.Log.Head.Position;

        var what = Document(await RunAsync(root, "migrate", "computers", table, "--what-if"));
        Assert.Equal((2, true), (what.GetProperty("changed").GetInt32(), what.GetProperty("what_if").GetBoolean()));
        Assert.Equal(["Pilot", "Servers"], what.GetProperty("unknown_groups").EnumerateArray().Select(name => name.GetString()));

        var refused = await RunAsync(root, "migrate", "computers", table);
        Assert.Equal(1, refused.ExitCode);
        Assert.Equal("unknown_groups", Document(refused).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(2, Document(refused).GetProperty("unknown_groups").GetArrayLength());
        Assert.Equal(head, root.Log.Head.Position);

        var done = Document(await RunAsync(root, "migrate", "computers", table, "--create-groups"));
        Assert.Equal((2, 0, 2), (done.GetProperty("changed").GetInt32(), done.GetProperty("unchanged").GetInt32(), done.GetProperty("created_groups").GetArrayLength()));
        var after = root.Log.Head.Position;
        Assert.Equal(2, Document(await RunAsync(root, "migrate", "computers", table)).GetProperty("unchanged").GetInt32());
        Assert.Equal(after, root.Log.Head.Position);
    }

    [Fact]
    public async Task Computers_ThatHaveNotReported_AreListedAsNotSeenYetUntilTheyDo()
    {
        await using var root = await RunningServer.RootAsync();
        var done = await RunAsync(root, "migrate", "computers", Table($"{Seen.ToUpperInvariant()},old-name,Pilot\n{Unseen},pc-2,\n"), "--create-groups");
        Assert.Equal(0, done.ExitCode);

        await root.Client.ReportAsync(new ReportRequest { ClientId = Seen, Incarnation = 1, Counter = 1, Name = "pc-1" }, cancellationToken: Cancellation);

        var computers = Document(await RunAsync(root, "computers", "list")).GetProperty("computers").EnumerateArray().ToList();
        Assert.Equal(["pc-1", "pc-2"], computers.Select(computer => computer.GetProperty("name").GetString()));
        Assert.Equal([true, false], computers.Select(computer => computer.GetProperty("seen").GetBoolean()));
        Assert.Equal([true, false], computers.Select(computer => computer.GetProperty("assigned").GetBoolean()));
        Assert.Equal(["Pilot"], computers[0].GetProperty("groups").EnumerateArray().Select(group => group.GetString()));
        var text = await Ran.RunAsync(["--server", root.GrpcUrl, "computers", "list"], Cancellation);
        Assert.Contains("not seen yet", text.Out, StringComparison.Ordinal);
        Assert.Contains("not seen yet", (await Ran.RunAsync(["--server", root.GrpcUrl, "computers", "show", "pc-2"], Cancellation)).Out, StringComparison.Ordinal);
        var pilot = Document(await RunAsync(root, "groups", "list")).GetProperty("groups").EnumerateArray().Single(group => group.GetProperty("name").GetString() == "Pilot");
        Assert.Equal(1, pilot.GetProperty("computers").GetInt32());
    }

    [Fact]
    public async Task Computer_AssignedAndCleared_CountsWhereItWasPutAndThenWhereItAsks()
    {
        await using var root = await RunningServer.RootAsync();
        await RunAsync(root, "groups", "add", "Pilot");
        await root.Client.ReportAsync(new ReportRequest { ClientId = Seen, Incarnation = 1, Counter = 1, Name = "pc-1", Groups = { "Own" } }, cancellationToken: Cancellation);

        var assigned = Document(await RunAsync(root, "computers", "assign", "pc-1", "--group", "Pilot"));
        Assert.Equal((Seen, true), (assigned.GetProperty("computer_id").GetString(), assigned.GetProperty("changed").GetBoolean()));
        Assert.Equal(["Pilot"], root.Views.View.MembershipOf(new ComputerFacts(Seen) { Named = ["Own"] }).Direct);
        Assert.False(Document(await RunAsync(root, "computers", "assign", Seen, "--group", "pilot")).GetProperty("changed").GetBoolean());

        await RunAsync(root, "computers", "assign", "pc-1", "--clear");
        Assert.Empty(root.Views.View.Assignments);
        Assert.Equal("not_found", Document(await RunAsync(root, "computers", "assign", "pc-1", "--group", "Nobody")).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(2, (await RunAsync(root, "computers", "assign", "pc-1")).ExitCode);
    }

    [Fact]
    public async Task Computers_MoreThanATransactionHolds_AreAllAssigned()
    {
        await using var root = await RunningServer.RootAsync();
        var rows = string.Concat(Enumerable.Range(0, 1234).Select(i => $"id-{i},pc-{i},Pilot\n"));

        var ran = await RunAsync(root, "migrate", "computers", Table(rows), "--create-groups");

        Assert.Equal(1234, Document(ran).GetProperty("changed").GetInt32());
        Assert.Equal(1234, root.Views.View.Assignments.Count);
        Assert.Contains("1,234 of 1,234 computers", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Computers_AtAReplica_AreRefusedWithTheRootsName()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the replica knows the root", () => replica.Views.View.Servers.Values.Any(server => server.ParentId is null));

        var refused = await RunAsync(replica, "migrate", "computers", Table($"{Seen},pc-1,\n"));

        Assert.Equal("failed_precondition", Document(refused).GetProperty("error").GetProperty("code").GetString());
        Assert.Contains(root.GrpcUrl, Document(refused).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_OfAWsus_IsServedWithoutAByteFromTheUpstream()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(
            SimulatedCatalog.Create(new CatalogOptions { Demo = 3 }, Cancellation), new MicrosoftUpdateOptions(), Cancellation);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await RunAsync(root, "sync", "run");
        var files = root.Views.View.Files.Values.ToList();
        var wsus = await DownloadAsync(files);
        var spoiled = Path.Combine(wsus, PathOf(files[0]));
        await File.WriteAllBytesAsync(spoiled, [.. (await File.ReadAllBytesAsync(spoiled, Cancellation)).Select(each => (byte)~each)], Cancellation);
        var requests = upstream.Counters.ContentRequests;

        var ran = await RunAsync(root, "migrate", "content", wsus);

        var document = Document(ran);
        Assert.Equal((files.Count, 1), (document.GetProperty("files").GetInt32(), document.GetProperty("wrong").GetInt32()));
        Assert.Equal(files.Count - 1, document.GetProperty("linked").GetInt32() + document.GetProperty("copied").GetInt32());
        Assert.Equal(PathOf(files[0]), document.GetProperty("wrong_files")[0].GetProperty("path").GetString());
        using var http = new HttpClient();
        foreach (var file in files.Skip(1))
            Assert.Equal(file.Size, (await http.GetByteArrayAsync(new Uri($"{root.HttpUrl}/Content/{PathOf(file).Replace('\\', '/')}"), Cancellation)).Length);
        Assert.Equal(requests, upstream.Counters.ContentRequests);
        Assert.Equal(files.Count - 1, Document(await RunAsync(root, "migrate", "content", wsus, "--copy")).GetProperty("already_here").GetInt32());
    }

    [Theory]
    [InlineData("relative/WsusContent", "invalid_argument")]
    [InlineData("missing", "not_found")]
    [InlineData("", "failed_precondition")]
    public async Task Content_FromNoSuchFolder_IsRefusedWithTheNextStep(string folder, string code)
    {
        await using var root = await RunningServer.RootAsync();

        var refused = await RunAsync(root, "migrate", "content", folder.Contains('/', StringComparison.Ordinal) ? folder : Path.Combine(_folder.Path, folder));

        Assert.Equal(1, refused.ExitCode);
        Assert.Equal(code, Document(refused).GetProperty("error").GetProperty("code").GetString());
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>As the WSUS that the simulated upstream feeds would keep the files.</summary>
    private async Task<string> DownloadAsync(List<CatalogFile> files)
    {
        using var http = new HttpClient();
        var wsus = _folder.CreateFolder("WsusContent");
        foreach (var file in files)
        {
            var path = Path.Combine(wsus, PathOf(file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, await http.GetByteArrayAsync(new Uri(file.MicrosoftUpdateUrl!), Cancellation), Cancellation);
        }

        return wsus;
    }

    private static string PathOf(CatalogFile file)
    {
        var sha1 = Convert.ToHexString(file.Sha1.Span);
        return Path.Combine(sha1[^2..], sha1 + Path.GetExtension(file.Name));
    }

    private string Table(string rows)
    {
        File.WriteAllText(_folder["computers.csv"], "Id,FullDomainName,Groups\n" + rows);
        return _folder["computers.csv"];
    }

    private static Task<Ran> RunAsync(RunningServer server, params string[] verb) => Ran.RunAsync(["--server", server.GrpcUrl, "--output", "json", .. verb], Cancellation);

    private static JsonElement Document(Ran ran)
    {
        using var document = JsonDocument.Parse(ran.Out);
        return document.RootElement.Clone();
    }
}
