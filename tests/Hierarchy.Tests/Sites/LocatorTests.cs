using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Sites;
using Xunit;

namespace Hierarchy.Tests.Sites;

public sealed class LocatorTests
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20_26_11, 5_43_21);
    private static readonly string[] SiteNames = ["north", "south", "east", "west", ""];

    [Fact]
    public void Locate_AnyTree_AgreesWithTheDefinition()
    {
        var server =
            from id in Gen.Choose(0, int.MaxValue)
            from site in Gen.Elements(SiteNames)
            from isRoot in Gen.Choose(0, 9)
            from health in Gen.Elements(ServerHealth.Healthy, ServerHealth.Degraded, ServerHealth.Unavailable)
            from busy in Gen.Choose(0, 3)
            from decider in Gen.Choose(0, 3)
            select Server(id, site) with { IsRoot = isRoot == 0, Health = health, IsBusy = busy == 0, Load = busy / 4.0, Decider = decider < 2 ? Guid.Empty : Id(decider) };
        var link =
            from ends in Gen.Choose(0, 3).Two()
            from cost in Gen.Choose(1, 3)
            select new SiteLink { From = SiteNames[ends.Item1], To = SiteNames[ends.Item2], Cost = cost };
        var cases =
            from servers in server.ArrayOf()
            from links in link.ArrayOf()
            from site in Gen.Elements(SiteNames)
            from client in Gen.Choose(0, 1_000)
            select (servers: servers.DistinctBy(s => s.Id).ToArray(), links: links.Where(l => l.From != l.To).DistinctBy(l => l.Key).ToArray(), site, client: $"client-{client}");

        Check.One(Repeatable, Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var map = new SiteMap(SiteNames[..4].Select(name => new Site(name, [])), links: test.links);
            var self = test.servers.FirstOrDefault();
            var locator = new Locator(map, test.servers, self?.Id ?? Guid.Empty);
            var all = Sorted(test.servers);
            Assert.Equal(all, locator.LocateAll(test.client, test.site).Select(ranked => ranked.Server));

            // Where a server stands in the client's own site, its decider counts; elsewhere that of the server that was asked.
            var decider = all.Count == 0 ? Guid.Empty : map.Cost(test.site, all[0].Site) == 0 ? all[0].Decider : self!.Decider; // There are servers, so there is a first.
            var expected = Sorted(test.servers.Where(s => s.Decider == decider));
            if (all.Count > 0) Assert.Equal(decider, locator.DeciderFor(test.client, test.site));
            for (var limit = 0; limit <= test.servers.Length; limit++)
                Assert.Equal(expected.Take(limit).Select(s => new RankedServer(s, map.Cost(test.site, s.Site))), locator.Locate(test.client, test.site, limit));

            // What is taken over from the locator of before makes no difference.
            var others = test.servers.Select(s => s with { Health = ServerHealth.Healthy }).ToArray();
            var next = new Locator(map, others, self?.Id ?? Guid.Empty, locator);
            Assert.Equal(new Locator(map, others, self?.Id ?? Guid.Empty).Locate(test.client, test.site), next.Locate(test.client, test.site));

            List<ServerLocation> Sorted(IEnumerable<ServerLocation> servers) => [.. servers
                .OrderBy(s => map.Cost(test.site, s.Site) == 0 ? 0 : s.IsRoot ? 3 : s.Site.Length == 0 ? 2 : 1)
                .ThenBy(s => map.Cost(test.site, s.Site))
                .ThenBy(s => s.Health == ServerHealth.Healthy && s.IsBusy ? ServerHealth.Degraded : s.Health)
                .ThenByDescending(s => ServerRanking.Weight(test.client, s.Id))];
        }));
    }

    [Fact]
    public void Locate_ClientOfASite_GetsItsReplicaFirstAndTheRootLast()
    {
        var map = new SiteMap([new Site("north", [Subnet.Parse("127.0.1.0/24")]), new Site("south", [Subnet.Parse("127.0.2.0/24")])]);
        ServerLocation[] servers = [Server(1, "") with { Name = "root", IsRoot = true }, Server(2, "north"), Server(3, "south"), Server(4, "")];
        var locator = new Locator(map, servers);

        var ranked = locator.Locate("client", IPAddress.Parse("127.0.2.7"));

        Assert.Equal([servers[2], servers[1], servers[3], servers[0]], ranked.Select(r => r.Server));
        Assert.Equal([0, SiteMap.UnlinkedCost, SiteMap.UnknownCost, SiteMap.UnknownCost], ranked.Select(r => r.Cost));
        Assert.Equal(servers[2], Assert.Single(locator.Locate("client", IPAddress.Parse("127.0.2.7"), limit: 1)).Server);
    }

    [Fact]
    public void Locate_RootInTheClientsSite_IsNotLast()
    {
        var map = new SiteMap([new Site("North", [Subnet.Parse("127.0.1.0/24")])]);
        Assert.True(new Locator(map, [Server(2, "south"), Server(1, "north") with { IsRoot = true }]).Locate("client", IPAddress.Parse("127.0.1.7"))[0].Server.IsRoot);
    }

    [Fact]
    public void Locate_AddressOutsideEverySubnet_CountsInTheDefaultSite()
    {
        var map = new SiteMap([new Site("north", [])], defaultSite: "NORTH");
        Assert.Equal("north", new Locator(map, [Server(2, "south"), Server(1, "north")]).Locate("client", IPAddress.Parse("192.0.2.1"))[0].Server.Site);
    }

    [Fact]
    public void Locate_OneServerLeaves_OnlyItsClientsMove()
    {
        var servers = Enumerable.Range(1, 5).Select(i => Server(i, "north")).ToArray();
        var (all, without) = (new Locator(SiteMap.Empty, servers), new Locator(SiteMap.Empty, servers[1..]));
        var first = new int[servers.Length];
        for (var i = 0; i < 2_000; i++)
        {
            var before = all.Locate($"client-{i}", "north")[0].Server;
            var after = without.Locate($"client-{i}", "north")[0].Server;
            first[Array.IndexOf(servers, before)]++;
            if (before != servers[0]) Assert.Equal(before, after);
        }

        // 400 each on average; the standard deviation is 18.
        Assert.All(first, count => Assert.InRange(count, 310, 490));
    }

    [Fact]
    public void Locate_ManyServers_AllocatesItsAnswerAlone()
    {
        var locator = new Locator(new SiteMap([new Site("north", [])]), Enumerable.Range(1, 1_000).Select(i => Server(i, "north") with { Decider = Id(i % 3) }));
        locator.Locate("client", "north", 16);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) locator.Locate("client", "north", 16);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, 16 * 16 + 64);
    }

    [Fact]
    public void IsBusy_LoadAboutALevel_DoesNotFlap()
    {
        var (busy, changes) = (false, 0);
        foreach (var load in new[] { 0.5, 0.89, 0.9, 0.89, 0.91, 0.8, 0.7, 0.69, 0.72, 0.89 })
        {
            var next = ServerLoad.IsBusy(busy, load);
            if (next != busy) changes++;
            busy = next;
        }

        Assert.Equal((false, 2), (busy, changes));
    }

    [Theory]
    [InlineData("", "00000000-0000-0000-0000-000000000000")]
    [InlineData("client-1", "00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("büro", "ffffffff-ffff-ffff-ffff-fffffffffffe")]
    public void Weight_KnownPairs_NeverChanges(string client, string server)
    {
        // Written from the definition, byte by byte, independently of the implementation.
        static ulong Mix(ulong h)
        {
            h ^= h >> 33;
            h *= 0xff51afd7ed558ccd;
            h ^= h >> 33;
            h *= 0xc4ceb9fe1a85ec53;
            return h ^ (h >> 33);
        }

        var fnv = 14695981039346656037;
        foreach (var value in System.Text.Encoding.UTF8.GetBytes(client)) fnv = (fnv ^ value) * 1099511628211;
        var hex = server.Replace("-", "", StringComparison.Ordinal);
        var high = Convert.ToUInt64(hex[..16], 16);
        var low = Convert.ToUInt64(hex[16..], 16);
        Assert.Equal(Mix(fnv ^ Mix(high ^ Mix(low))), ServerRanking.Weight(client, Guid.Parse(server)));
    }

    private static ServerLocation Server(int id, string site) => new()
    {
        Id = Id(id),
        Name = $"server{id}",
        Site = site,
        GrpcUrl = $"http://192.0.2.{id % 250}:8532",
        ContentUrl = $"http://192.0.2.{id % 250}:8530",
    };

    private static Guid Id(int id) => new(id, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);
}
