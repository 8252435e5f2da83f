using Grpc.Core;
using Hierarchy.Content;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;
using ContentSource = Hierarchy.Protocol.Catalog.V1.ContentSource;

namespace Hierarchy.Tests.Server;

/// <summary>Which server fetches files where, decided at the root; and who may take metadata from an upstream.</summary>
public sealed class ServerSettingsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Set_ContentSource_IsActedOnByTheServerAndShown()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl, name: "branch-a");
        await Eventually.HoldsAsync("the replica to be enrolled", () => root.Views.View.Servers.Values.Any(server => server.Name == "branch-a"));
        Assert.Equal(Hierarchy.Content.ContentSource.Parent, replica.Get<ConfiguredOrigins>().Source);

        var set = await SetAsync(root, "Branch-A", ContentSource.MicrosoftUpdate);
        var again = await SetAsync(root, "branch-a", ContentSource.MicrosoftUpdate);

        Assert.True(set.Changed);
        Assert.False(again.Changed);
        await replica.EqualsAsync(root);
        var origins = replica.Get<ConfiguredOrigins>();
        Assert.Equal(Hierarchy.Content.ContentSource.MicrosoftUpdate, origins.Source);
        var file = ContentFile.Create(new byte[20], [], 1, "a.cab", "http://download.example/a.cab");
        Assert.Equal(new Uri("http://download.example/a.cab"), Assert.Single(origins.For(file)).Url);
        await Eventually.HoldsAsync("the list to show what the replica does", async () =>
            (await root.Admin.ListServersAsync(new ListServersRequest(), cancellationToken: Token)).Servers.Any(
                server => server.Status.Server.Name == "branch-a" && server.Status.ContentSource == ContentSource.MicrosoftUpdate && server.DecidedContentSource == ContentSource.MicrosoftUpdate));

        await SetAsync(root, "branch-a", ContentSource.Parent);
        await replica.EqualsAsync(root);
        Assert.Equal(new Uri(root.HttpUrl).Port, Assert.Single(origins.For(file)).Url.Port);
    }

    [Fact]
    public async Task Set_WhatCannotBe_IsRefused()
    {
        await using var root = await RunningServer.RootAsync();
        await using var replica = await RunningServer.ReplicaAsync(root.GrpcUrl);
        await Eventually.HoldsAsync("the root to be enrolled", () => root.Views.View.Servers.Count > 0);

        var ownParent = await Assert.ThrowsAsync<RpcException>(() => SetAsync(root, "root", ContentSource.Parent));
        var nobody = await Assert.ThrowsAsync<RpcException>(() => SetAsync(root, "nobody", ContentSource.Parent));
        var atReplica = await Assert.ThrowsAsync<RpcException>(() => SetAsync(replica, "replica", ContentSource.Parent));

        Assert.Equal((StatusCode.FailedPrecondition, StatusCode.NotFound, StatusCode.FailedPrecondition), (ownParent.StatusCode, nobody.StatusCode, atReplica.StatusCode));
    }

    [Fact]
    public void Options_ReplicaWithAnUpstream_AreRefused()
    {
        var options = new ServerOptions { Role = "replica", Data = "data", Parent = "http://root:8532", MicrosoftUpdate = "http://wsus:8530" };

        Assert.Contains("--microsoft-update does not go with --role replica", Assert.Single(options.Validate()), StringComparison.Ordinal);
        Assert.Equal("https://sws.update.microsoft.com/", new ServerOptions().UpstreamUrl.AbsoluteUri);
    }

    [Theory]
    [InlineData(2, "Upstream:Retries", "is a root")]
    [InlineData(1, "Upstream:Products", "hierarchy sync products set")]
    [InlineData(1, "Upstream:Classifications", "hierarchy sync classifications set")]
    public void Configuration_SettingThatWouldDoNothing_IsRefused(int role, string key, string hint)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = "1" }).Build();

        var refused = Assert.Throws<IntegrityException>(() => Hierarchy.Server.Roles.RoleRegistration.CheckUpstreamSettings(configuration, (ServerRole)role));

        Assert.Contains(hint, refused.Message, StringComparison.Ordinal);
    }

    private static async Task<SetServerResponse> SetAsync(RunningServer server, string name, ContentSource source) =>
        await server.Admin.SetServerAsync(new SetServerRequest { Server = name, ContentSource = source }, cancellationToken: Token);
}
