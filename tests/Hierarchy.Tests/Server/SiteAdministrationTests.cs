using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Server.Api;
using Hierarchy.Server.Hosting;
using Xunit;

namespace Hierarchy.Tests.Server;

/// <summary>Sites, links and the locator of whole servers.</summary>
public sealed class SiteAdministrationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Locate_LinksBetweenSites_DecideTheOrderOnEveryServer()
    {
        await using var root = await RunningServer.RootAsync();
        await using var near = await ReplicaAsync(root, "near", "near");
        await using var far = await ReplicaAsync(root, "far", "far");
        var sites = new SiteService.SiteServiceClient(root.Channel);
        foreach (var (site, subnet) in new[] { ("here", "127.0.0.0/8"), ("near", "10.1.0.0/16"), ("far", "10.2.0.0/16") })
            await root.Admin.AddSiteAsync(new AddSiteRequest { Name = site, Subnets = { subnet } }, cancellationToken: Cancellation);
        await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "here", To = "far", Cost = 10 }, cancellationToken: Cancellation);
        await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "HERE", To = "near", Cost = 2 }, cancellationToken: Cancellation);
        await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "near", To = "far", Cost = 3 }, cancellationToken: Cancellation);

        foreach (var server in new[] { root, near, far })
        {
            await server.EqualsAsync(root);
            await Eventually.HoldsAsync("all servers are enrolled", () => server.Views.View.Servers.Count == 3);
            var located = await new LocatorService.LocatorServiceClient(server.Channel).LocateAsync(new LocateRequest { ClientId = "client" }, cancellationToken: Cancellation);
            Assert.Equal("here", located.Site);
            Assert.Equal([("near", 2), ("far", 5), ("root", int.MaxValue)], located.Servers.Select(each => (each.Name, each.Cost)));
        }

        var explained = await new SiteService.SiteServiceClient(far.Channel).ExplainAddressAsync(new ExplainAddressRequest { Address = "127.9.9.9", ClientId = "client" }, cancellationToken: Cancellation);
        Assert.Equal(["here>near", "near>far"], explained.Servers[1].Path.Select(link => $"{link.From}>{link.To}"));
        Assert.False(explained.Servers[2].HasCost);
        Assert.True(explained.Servers.Single(server => server.Name == "far").HasLoad); // It knows its own.
    }

    [Fact]
    public async Task Locate_ServerOfTheSiteIsBusy_OtherServersOfTheSiteComeFirstEverywhere()
    {
        await using var root = await RunningServer.RootAsync();
        await using var calm = await ReplicaAsync(root, "calm", "here");
        await using var busy = await RunningServer.StartAsync(
            new ServerOptions { Role = "replica", Name = "busy", Site = "here", Parent = root.GrpcUrl }, settings: new Dictionary<string, string?> { ["Locator:ClientCapacity"] = "1" });
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "here", Subnets = { "127.0.0.0/8" } }, cancellationToken: Cancellation);
        await busy.EqualsAsync(root);
        await Eventually.HoldsAsync("all servers are enrolled", () => calm.Views.View.Servers.Count == 3 && busy.Views.View.Servers.Count == 3);
        var clients = Enumerable.Range(0, 8).Select(client => $"client-{client}").ToArray();

        using var stream = busy.Client.Sync(new SyncRequest { ClientId = "one", Name = "one", Follow = true }, cancellationToken: Cancellation);
        Assert.True(await stream.ResponseStream.MoveNext(Cancellation));

        // The sibling hears of it from the parent.
        foreach (var server in new[] { root, busy, calm })
            await Eventually.HoldsAsync($"{server.GrpcUrl} names the calm server first, whoever asks", async () =>
            {
                var firsts = new HashSet<string>();
                foreach (var client in clients)
                    firsts.Add((await new LocatorService.LocatorServiceClient(server.Channel).LocateAsync(new LocateRequest { ClientId = client }, cancellationToken: Cancellation)).Servers[0].Name);
                return firsts.SetEquals(["calm"]);
            });
    }

    [Fact]
    public async Task Locate_ForwardedAddress_CountsFromEnrolledServersAlone()
    {
        await using var root = await RunningServer.RootAsync();
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "branch", Subnets = { "10.1.0.0/16" } }, cancellationToken: Cancellation);
        await Eventually.HoldsAsync("the root is enrolled", () => root.Views.View.Servers.Count == 1);
        var locator = new LocatorService.LocatorServiceClient(root.Channel);

        // The root's own address is 127.0.0.1, and so is the caller's.
        var forwarded = await locator.LocateAsync(new LocateRequest { ClientId = "c" }, new Metadata { { ForwardedAddress.Header, "10.1.2.3" } }, cancellationToken: Cancellation);
        Assert.Equal(("10.1.2.3", "branch"), (forwarded.Address, forwarded.Site));
        var mapped = await locator.LocateAsync(new LocateRequest { ClientId = "c" }, new Metadata { { ForwardedAddress.Header, "::ffff:10.1.2.3" } }, cancellationToken: Cancellation);
        Assert.Equal("10.1.2.3", mapped.Address);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await locator.LocateAsync(new LocateRequest(), new Metadata { { ForwardedAddress.Header, "here" } }, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);

        // Somebody at another address is not believed, whatever it says.
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("127.0.0.9"), 0));
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(root.GrpcUrl, new Grpc.Net.Client.GrpcChannelOptions { HttpHandler = handler });
        var stranger = await new LocatorService.LocatorServiceClient(channel).LocateAsync(new LocateRequest { ClientId = "c" }, new Metadata { { ForwardedAddress.Header, "10.1.2.3" } }, cancellationToken: Cancellation);
        Assert.Equal(("127.0.0.9", ""), (stranger.Address, stranger.Site));
    }

    [Fact]
    public async Task Sites_SetDefaultAndRemove_SayWhatStandsInTheWay()
    {
        await using var root = await RunningServer.RootAsync();
        var sites = new SiteService.SiteServiceClient(root.Channel);
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "Alpha", Subnets = { "10.1.0.0/16" } }, cancellationToken: Cancellation);
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "Beta", Subnets = { "10.2.0.0/16" } }, cancellationToken: Cancellation);

        var taken = await RefusedAsync(async () => await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "Gamma", Subnets = { "10.4.0.0/16", "10.2.0.0/16" } }, cancellationToken: Cancellation));
        Assert.Equal((StatusCode.AlreadyExists, true), (taken.StatusCode, taken.Status.Detail.Contains("10.2.0.0/16 belongs to the site 'Beta' already, so 'Gamma' cannot have it", StringComparison.Ordinal)));
        var conflict = await RefusedAsync(async () => await sites.SetSiteAsync(new SetSiteRequest { Name = "beta", AddSubnets = { "10.1.0.0/16" } }, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.AlreadyExists, conflict.StatusCode);
        Assert.Contains("'Alpha'", conflict.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("'Beta'", conflict.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.NotFound, (await RefusedAsync(async () => await sites.SetSiteAsync(new SetSiteRequest { Name = "beta", RemoveSubnets = { "10.9.0.0/16" } }, cancellationToken: Cancellation))).StatusCode);

        var set = await sites.SetSiteAsync(new SetSiteRequest { Name = "beta", AddSubnets = { "10.3.0.0/16" }, RemoveSubnets = { "10.2.0.0/16" } }, cancellationToken: Cancellation);
        Assert.Equal((true, "Beta 10.3.0.0/16"), (set.Changed, $"{set.Site.Name} {string.Join(' ', set.Site.Subnets)}"));
        var zone = await sites.SetSiteAsync(new SetSiteRequest { Name = "beta", TimeZone = "Europe/Berlin" }, cancellationToken: Cancellation);
        Assert.Equal((true, "Europe/Berlin", set.Site.Subnets), (zone.Changed, zone.Site.TimeZone, zone.Site.Subnets));
        var unknown = await RefusedAsync(async () => await sites.SetSiteAsync(new SetSiteRequest { Name = "beta", TimeZone = "Mars/Olympus" }, cancellationToken: Cancellation));
        Assert.Contains("Europe/Berlin", unknown.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("Europe/Berlin", (await sites.ShowSiteAsync(new ShowSiteRequest { Name = "beta" }, cancellationToken: Cancellation)).Site.TimeZone);
        Assert.False((await sites.SetSiteAsync(new SetSiteRequest { Name = "Beta", Subnets = { "10.3.0.0/16" } }, cancellationToken: Cancellation)).Changed);

        Assert.Equal("Beta", (await sites.SetDefaultSiteAsync(new SetDefaultSiteRequest { Name = "BETA" }, cancellationToken: Cancellation)).Name);
        Assert.Equal("Beta", (await sites.ExplainAddressAsync(new ExplainAddressRequest { Address = "192.0.2.1" }, cancellationToken: Cancellation)).Site);
        await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "alpha", To = "beta", Expect = LinkExpectation.New }, cancellationToken: Cancellation);
        Assert.Equal(StatusCode.AlreadyExists, (await RefusedAsync(async () => await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "beta", To = "alpha", Expect = LinkExpectation.New }, cancellationToken: Cancellation))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await RefusedAsync(async () => await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "beta", To = "BETA" }, cancellationToken: Cancellation))).StatusCode);

        var used = await RefusedAsync(async () => await root.Admin.RemoveSiteAsync(new RemoveSiteRequest { Name = "beta" }, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.FailedPrecondition, used.StatusCode);
        Assert.Contains("linked to Alpha", used.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("outside every subnet", used.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(2, root.Views.View.Sites.Count);

        Assert.Equal(1, (await root.Admin.RemoveSiteAsync(new RemoveSiteRequest { Name = "beta", EvenIfUsed = true }, cancellationToken: Cancellation)).LinksRemoved);
        Assert.Empty(root.Views.View.Links);
        Assert.Equal("", (await sites.GetDefaultSiteAsync(new GetDefaultSiteRequest(), cancellationToken: Cancellation)).Name);
    }

    [Fact]
    public async Task Import_RowsThatCannotBeTaken_AreAllNamedAndNothingIsChanged()
    {
        await using var root = await RunningServer.RootAsync();
        var sites = new SiteService.SiteServiceClient(root.Channel);
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "Alpha", Subnets = { "10.1.0.0/16" } }, cancellationToken: Cancellation);
        var position = root.Log.Head.Position;

        var response = await sites.ImportNetworkAsync(
            new ImportNetworkRequest
            {
                Subnets = { Row(2, "Beta", "10.1.0.0/16"), Row(3, "Gamma", "10.4.0.0/16"), Row(4, "Delta", "10.4.0.0/16"), Row(5, "Beta", "10.300.0.0/16"), Row(6, "", "10.5.0.0/16"), Row(7, "Alpha", "10.6.0.0/16") },
                Links = { LinkRow(2, "Beta", "Nowhere", 5), LinkRow(3, "Alpha", "alpha", 5), LinkRow(4, "Beta", "Alpha", 5), LinkRow(5, "Alpha", "Beta", 6), LinkRow(6, "Alpha", "Gamma", -3) },
            },
            cancellationToken: Cancellation);

        Assert.Equal([2, 4, 5, 6, 2, 3, 5, 6], response.Problems.Select(problem => problem.Line));
        Assert.Equal([false, false, false, false, true, true, true, true], response.Problems.Select(problem => problem.InLinks));
        Assert.Contains("'Alpha', so 'Beta'", response.Problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("'Gamma', so 'Delta'", response.Problems[1].Message, StringComparison.Ordinal);
        Assert.Contains("Nowhere", response.Problems[4].Message, StringComparison.Ordinal);
        Assert.Equal(position, root.Log.Head.Position);
    }

    [Fact]
    public async Task Import_LargeTableTwice_IsWholeAndChangesNothingTheSecondTime()
    {
        await using var root = await RunningServer.RootAsync();
        var sites = new SiteService.SiteServiceClient(root.Channel);
        var request = new ImportNetworkRequest { WhatIf = true };
        for (var i = 0; i < 2_500; i++)
        {
            request.Subnets.Add(Row(i + 2, $"site-{i}", $"10.{i / 250}.{i % 250}.0/24"));
            if (i > 0) request.Links.Add(LinkRow(i + 1, "site-0", $"site-{i}", i));
        }

        var would = await sites.ImportNetworkAsync(request, cancellationToken: Cancellation);
        Assert.Equal((2_500, 2_499, 2_500), (would.SitesAdded, would.LinksAdded, would.SubnetsAdded));
        Assert.Null(would.Position);
        Assert.Empty(root.Views.View.Sites);

        request.WhatIf = false;
        var first = await sites.ImportNetworkAsync(request, cancellationToken: Cancellation);
        Assert.Equal((2_500, 2_499), (first.SitesAdded, first.LinksAdded));
        Assert.Equal((2_500, 2_499), (root.Views.View.Sites.Count, root.Views.View.Links.Count));
        var position = root.Log.Head.Position;
        var second = await sites.ImportNetworkAsync(request, cancellationToken: Cancellation);
        Assert.Equal((0, 0, 2_500, 2_499), (second.SitesAdded + second.SitesChanged, second.LinksAdded + second.LinksChanged, second.SitesUnchanged, second.LinksUnchanged));
        Assert.Equal(position, root.Log.Head.Position);
        Assert.Equal("site-2499", (await sites.ExplainAddressAsync(new ExplainAddressRequest { Address = "10.9.249.7" }, cancellationToken: Cancellation)).Site);
    }

    [Fact]
    public async Task Sites_OfAnAutonomousServer_AreTheRoots()
    {
        await using var root = await RunningServer.RootAsync();
        await using var lab = await RunningServer.AutonomousAsync(root.GrpcUrl);
        await root.AddUpdateAsync();
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "Alpha", Subnets = { "10.1.0.0/16" } }, cancellationToken: Cancellation);
        await root.Admin.AddSiteAsync(new AddSiteRequest { Name = "Beta", Subnets = { "10.2.0.0/16" } }, cancellationToken: Cancellation);
        var ofRoot = new SiteService.SiteServiceClient(root.Channel);
        await ofRoot.SetSiteLinkAsync(new SetSiteLinkRequest { From = "Alpha", To = "Beta", Cost = 4 }, cancellationToken: Cancellation);
        await ofRoot.SetDefaultSiteAsync(new SetDefaultSiteRequest { Name = "Beta" }, cancellationToken: Cancellation);
        await lab.EqualsAsync(root);

        var sites = new SiteService.SiteServiceClient(lab.Channel);
        Assert.Equal(4, Assert.Single((await sites.ListSiteLinksAsync(new ListSiteLinksRequest(), cancellationToken: Cancellation)).Links).Cost);
        Assert.Equal("Beta", (await sites.GetDefaultSiteAsync(new GetDefaultSiteRequest(), cancellationToken: Cancellation)).Name);
        foreach (var attempt in new Func<Task>[]
        {
            async () => await sites.SetSiteLinkAsync(new SetSiteLinkRequest { From = "Alpha", To = "Beta", Cost = 5 }, cancellationToken: Cancellation),
            async () => await sites.SetDefaultSiteAsync(new SetDefaultSiteRequest(), cancellationToken: Cancellation),
            async () => await sites.SetSiteAsync(new SetSiteRequest { Name = "Alpha", AddSubnets = { "10.9.0.0/16" } }, cancellationToken: Cancellation),
            async () => await sites.ImportNetworkAsync(new ImportNetworkRequest { Subnets = { Row(2, "New", "10.9.0.0/16") } }, cancellationToken: Cancellation),
        })
            Assert.Equal(StatusCode.FailedPrecondition, (await RefusedAsync(attempt)).StatusCode);
    }

    private static Task<RunningServer> ReplicaAsync(RunningServer root, string name, string site) => RunningServer.StartAsync(new ServerOptions { Role = "replica", Name = name, Site = site, Parent = root.GrpcUrl });

    private static Task<RpcException> RefusedAsync(Func<Task> call) => Assert.ThrowsAsync<RpcException>(call);

    private static ImportedSubnet Row(int line, string site, string subnet) => new() { Line = line, Site = site, Subnet = subnet };

    private static ImportedLink LinkRow(int line, string from, string to, int cost) => new() { Line = line, Link = new SiteLinkRecord { From = from, To = to, Cost = cost } };
}
