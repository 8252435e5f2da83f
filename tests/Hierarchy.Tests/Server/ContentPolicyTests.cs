using Grpc.Core;
using Hierarchy.Content;
using Hierarchy.Content.Planning;
using Hierarchy.Content.Store;
using Hierarchy.Domain.Distribution;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Tests.Cli;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>What is fetched where, decided at the root of a real tree; what follows is said first, and acted on.</summary>
public sealed class ContentPolicyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Policy_FromOnDemandToAhead_IsSaidFirstAndFetchedThen()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 2 }, Token), new MicrosoftUpdateOptions(), Token);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, name: "branch-a");
        await Eventually.HoldsAsync("the replica to be enrolled", () => root.Views.View.Servers.Values.Any(server => server.Name == "branch-a"));
        await SetAsync(root, new SetContentPolicyRequest { Fetch = ContentFetch.OnDemand });
        await RunAsync(root, "sync", "run");
        await RunAsync(root, "groups", "add", "Pilot");
        await RunAsync(root, "approve", "KB9000001", "--group", "Pilot", "--deadline", "+7d");
        await replica.EqualsAsync(root);
        await Eventually.HoldsAsync("the plan to know the file", () => replica.Get<ContentPlans>().Current.Files.Count > 0);
        Assert.Equal((0, 0), (replica.Get<ContentPlans>().Current.Ahead.Count, replica.Get<ContentStore>().Count));

        var would = await SetAsync(root, new SetContentPolicyRequest { Server = "branch-a", Fetch = ContentFetch.Ahead, WhatIf = true });
        Assert.Null(would.Position);
        Assert.Empty(root.Views.View.ServerContent);
        var consequence = Assert.Single(would.Consequences);
        var files = replica.Get<ContentPlans>().Current.Files;
        var bytes = files.Sum(file => file.File.Size);
        Assert.Equal(("branch-a", "root", files.Count, bytes), (consequence.ServerName, consequence.Source, consequence.Files, consequence.Bytes));

        var set = await SetAsync(root, new SetContentPolicyRequest { Server = "branch-a", Fetch = ContentFetch.Ahead });
        Assert.True(set.Changed);
        Assert.False((await SetAsync(root, new SetContentPolicyRequest { Server = "branch-a", Fetch = ContentFetch.Ahead })).Changed);
        await Eventually.HoldsAsync("the replica to have the files", () => files.All(file => replica.Get<ContentStore>().Contains(file.File)));

        var status = await new ContentService.ContentServiceClient(replica.Channel).GetContentStatusAsync(new GetContentStatusRequest(), cancellationToken: Token);
        Assert.Equal((files.Count, 0, ContentFetch.Ahead), (status.FilesWanted, status.FilesMissing, status.Policy.Fetch));
        Assert.Equal(bytes, status.Bytes);
        Assert.All(files, file => Assert.NotNull(file.Deadline));
    }

    [Fact]
    public async Task Policy_OfAClassification_NeverIsNotFetchedEvenWhenAsked()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 2 }, Token), new MicrosoftUpdateOptions(), Token);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await RunAsync(root, "sync", "run");
        var classification = root.Views.View.Updates[DemoUpdates.IdOf(1)].Latest!.Categories
            .Select(id => root.Views.View.Updates.GetValueOrDefault(id)?.Latest).First(category => category?.CategoryType == "UpdateClassification")!;
        var request = new SetContentPolicyRequest { Categories = { new CategoryChange { Category = classification.Title, Fetch = ContentFetch.Never } } };
        await SetAsync(root, request);
        await RunAsync(root, "groups", "add", "Pilot");
        await RunAsync(root, "approve", "KB9000001", "--group", "Pilot");
        await Eventually.HoldsAsync("the plan to know the file", () => root.Get<ContentPlans>().Current.Files.Count > 0);

        var all = root.Get<ContentPlans>().Current.Files;
        var planned = all.First();
        Assert.All(all, file => Assert.Equal(FetchPolicy.Never, file.Policy));
        using var http = new HttpClient { BaseAddress = new Uri(root.HttpUrl) };
        using (var refused = await http.GetAsync(ContentPath.For(planned.File), Token)) Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        // Taken back, it comes by itself.
        await RunAsync(root, "content", "policy", "set", "--clear", "categories", "--yes");
        Assert.True(root.Views.View.TreeContent.IsNone);
        await Eventually.HoldsAsync("the files to be fetched", () => all.All(file => root.Get<ContentStore>().Contains(file.File)));
        var verified = await RunAsync(root, "content", "verify");
        Assert.Contains("all are what they should be", verified, StringComparison.Ordinal);
        await System.IO.File.WriteAllBytesAsync(root.Get<ContentStore>().PathOf(planned.File)!, new byte[planned.File.Size], Token);
        Assert.Contains("were damaged and are fetched again", await RunAsync(root, "content", "repair"), StringComparison.Ordinal);
        Assert.Contains("There is nothing to remove", await RunAsync(root, "content", "prune", "--what-if"), StringComparison.Ordinal);
        Assert.Contains($"{all.Count} were here", await RunAsync(root, "content", "prefetch"), StringComparison.Ordinal);
        var more = await RunAsync(root, "content", "prefetch", "KB9000002");
        Assert.Contains("0 were here", more, StringComparison.Ordinal);
        Assert.Contains("Microsoft Update", await RunAsync(root, "content", "status"), StringComparison.Ordinal);
        Assert.True(root.Get<ContentStore>().Count > all.Count);
    }

    [Fact]
    public async Task Tree_TwoReplicasOfASite_TheirParentSendsEachFileOnce()
    {
        await using var upstream = await MicrosoftUpdateServer.StartAsync(SimulatedCatalog.Create(new CatalogOptions { Demo = 8 }, Token), new MicrosoftUpdateOptions(), Token);
        await using var root = await RunningServer.RootOfEverythingAsync(upstream);
        await RunAsync(root, "sync", "run");
        await using var one = await RunningServer.ReplicaAsync(root.GrpcUrl, name: "branch-a");
        await using var two = await RunningServer.ReplicaAsync(root.GrpcUrl, name: "branch-b");
        foreach (var replica in new[] { one, two })
            await Eventually.HoldsAsync("both replicas to know each other", () => replica.Views.View.Servers.Values.Count(server => server.Site == "branch") == 2);

        for (var i = 1; i <= 8; i++) await RunAsync(root, "approve", $"KB900000{i}", "--group", "All Computers");
        var files = root.Get<ContentPlans>().Current.Ahead;
        await Eventually.HoldsAsync("all files to be planned", () => (files = root.Get<ContentPlans>().Current.Ahead).Count >= 8);
        foreach (var replica in new[] { one, two })
            await Eventually.HoldsAsync("both replicas to have all files", () => files.All(file => replica.Get<ContentStore>().Contains(file)));

        var bytes = files.Sum(file => file.Size);
        Assert.Equal(bytes, root.Get<ContentCounters>().Read().BytesServedToServers);
        Assert.Equal(bytes, one.Get<ContentCounters>().Read().BytesFetchedFromSiblings + two.Get<ContentCounters>().Read().BytesFetchedFromSiblings);
    }

    [Fact]
    public async Task Policy_WhatCannotBe_IsRefused()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        foreach (var (request, expected) in new[]
        {
            (new SetContentPolicyRequest { Server = "nobody", Fetch = ContentFetch.Never }, StatusCode.NotFound),
            (new SetContentPolicyRequest { Fetch = (ContentFetch)77 }, StatusCode.InvalidArgument),
            (new SetContentPolicyRequest { SizeLimit = -1 }, StatusCode.InvalidArgument),
            (new SetContentPolicyRequest { Clear = { (ContentSetting)77 } }, StatusCode.InvalidArgument),
            (new SetContentPolicyRequest { Categories = { new CategoryChange { Category = "Windows", Fetch = ContentFetch.Never } } }, StatusCode.FailedPrecondition),
        })
            Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(() => SetAsync(root, request))).StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => SetAsync(replica, new SetContentPolicyRequest { Fetch = ContentFetch.Never }))).StatusCode);
        Assert.True(root.Views.View.TreeContent.IsNone);
    }

    private static async Task<SetContentPolicyResponse> SetAsync(RunningServer server, SetContentPolicyRequest request) =>
        await new ContentService.ContentServiceClient(server.Channel).SetContentPolicyAsync(request, cancellationToken: Token);

    private static async Task<string> RunAsync(RunningServer server, params string[] args)
    {
        var ran = await Ran.RunAsync(["--server", server.GrpcUrl, .. args], Token);
        Assert.True(ran.ExitCode == 0, ran.Out + ran.Error);
        return ran.Out;
    }
}
