using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Sites;
using Xunit;

namespace Hierarchy.Tests.Sites;

public sealed class ServerRankingTests
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20_26_11, 5_43_21);
    private static readonly string[] SiteNames = ["north", "south", "east", ""];

    [Fact]
    public void Rank_AnyTree_AgreesWithTheDefinition()
    {
        var server =
            from id in Gen.Choose(0, int.MaxValue)
            from site in Gen.Elements(SiteNames)
            from isRoot in Gen.Choose(0, 9)
            from health in Gen.Elements(ServerHealth.Healthy, ServerHealth.Degraded, ServerHealth.Unavailable)
            from load in Gen.Elements(0.0, 0.5, 0.89, 0.9, 1.0)
            select Server(id, site) with { IsRoot = isRoot == 0, Health = health, Load = load };
        var cases =
            from servers in server.ArrayOf()
            from site in Gen.Elements(SiteNames)
            from client in Gen.Choose(0, 1_000)
            select (servers: servers.DistinctBy(s => s.Id).ToArray(), site, client: $"client-{client}");
        var map = new SiteMap(SiteNames[..3].Select(name => new Site(name, [])), links: [new SiteLink { From = "north", To = "south", Cost = 20 }]);

        Check.One(Repeatable, Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var remaining = test.servers.ToList();
            foreach (var (best, cost) in ServerRanking.Rank(test.client, test.site, test.servers, map))
            {
                Assert.Equal(map.Cost(test.site, best.Site), cost);
                Assert.True(remaining.Remove(best));
                foreach (var other in remaining) Assert.True(IsBefore(best, other), $"{best} before {other} for {test.client} in '{test.site}'");
            }

            Assert.Empty(remaining);
            for (var limit = 0; limit <= test.servers.Length; limit++)
                Assert.Equal(ServerRanking.Rank(test.client, test.site, test.servers, map).Take(limit), ServerRanking.Rank(test.client, test.site, test.servers, map, limit));

            bool IsBefore(ServerLocation left, ServerLocation right)
            {
                var leftCost = map.Cost(test.site, left.Site);
                var rightCost = map.Cost(test.site, right.Site);
                if ((leftCost == 0) != (rightCost == 0)) return leftCost == 0;
                if (leftCost != 0 && left.IsRoot != right.IsRoot) return right.IsRoot;
                if (leftCost != 0 && !left.IsRoot && (left.Site.Length == 0) != (right.Site.Length == 0)) return right.Site.Length == 0;
                if (leftCost != rightCost) return leftCost < rightCost;
                var leftHealth = left.Health == ServerHealth.Healthy && left.Load >= 0.9 ? ServerHealth.Degraded : left.Health;
                var rightHealth = right.Health == ServerHealth.Healthy && right.Load >= 0.9 ? ServerHealth.Degraded : right.Health;
                if (leftHealth != rightHealth) return leftHealth < rightHealth;
                return ServerRanking.Weight(test.client, left.Id) > ServerRanking.Weight(test.client, right.Id);
            }
        }));
    }

    [Fact]
    public void Rank_ClientOfASite_GetsItsReplicaFirstAndTheRootLast()
    {
        var map = new SiteMap([new Site("north", [Subnet.Parse("127.0.1.0/24")]), new Site("south", [Subnet.Parse("127.0.2.0/24")])]);
        ServerLocation[] servers = [Server(1, "") with { Name = "root", IsRoot = true }, Server(2, "north"), Server(3, "south"), Server(4, "")];

        var ranked = ServerRanking.Rank("client", IPAddress.Parse("127.0.2.7"), servers, map);

        Assert.Equal([servers[2], servers[1], servers[3], servers[0]], ranked.Select(r => r.Server));
        Assert.Equal([0, SiteMap.UnlinkedCost, SiteMap.UnknownCost, SiteMap.UnknownCost], ranked.Select(r => r.Cost));
        Assert.Equal(servers[2], Assert.Single(ServerRanking.Rank("client", IPAddress.Parse("127.0.2.7"), servers, map, limit: 1)).Server);
    }

    [Fact]
    public void Rank_RootInTheClientsSite_IsNotLast()
    {
        var map = new SiteMap([new Site("North", [Subnet.Parse("127.0.1.0/24")])]);
        ServerLocation[] servers = [Server(2, "south"), Server(1, "north") with { IsRoot = true }];
        Assert.True(ServerRanking.Rank("client", IPAddress.Parse("127.0.1.7"), servers, map)[0].Server.IsRoot);
    }

    [Fact]
    public void Rank_AddressOutsideEverySubnet_CountsInTheDefaultSite()
    {
        var map = new SiteMap([new Site("north", [])], defaultSite: "NORTH");
        ServerLocation[] servers = [Server(2, "south"), Server(1, "north")];
        Assert.Equal("north", ServerRanking.Rank("client", IPAddress.Parse("192.0.2.1"), servers, map)[0].Server.Site);
    }

    [Fact]
    public void Rank_OneServerLeaves_OnlyItsClientsMove()
    {
        var servers = Enumerable.Range(1, 5).Select(i => Server(i, "north")).ToArray();
        var without = servers[1..];
        var first = new int[servers.Length];
        for (var i = 0; i < 2_000; i++)
        {
            var before = ServerRanking.Rank($"client-{i}", "north", servers, SiteMap.Empty)[0].Server;
            var after = ServerRanking.Rank($"client-{i}", "north", without, SiteMap.Empty)[0].Server;
            first[Array.IndexOf(servers, before)]++;
            if (before != servers[0]) Assert.Equal(before, after);
        }

        // 400 each on average; the standard deviation is 18.
        Assert.All(first, count => Assert.InRange(count, 310, 490));
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
        Id = new Guid(id, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]),
        Name = $"server{id}",
        Site = site,
        GrpcUrl = $"http://192.0.2.{id % 250}:8532",
        ContentUrl = $"http://192.0.2.{id % 250}:8530",
    };
}
