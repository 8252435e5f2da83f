using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Sites;
using Xunit;

namespace Hierarchy.Tests.Sites;

public sealed class SubnetTableTests
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20_26_11, 1_23_45);

    // Few bits vary, so that prefixes nest, touch and repeat.
    private static readonly Gen<string> NetworkText =
        from isIPv6 in Gen.Elements(false, true)
        from high in Gen.Choose(0, 3)
        from low in Gen.Choose(0, 255)
        from length in Gen.Elements(0, 6, 7, 8, 14, 16, 20, 24, 28, 30, 31, 32)
        select isIPv6 ? $"2001:{high:x}::{low:x}/{(length < 14 ? length * 2 : length + 96)}" : $"10.{high}.{low & 3}.{low}/{length}";

    private static readonly Gen<IPAddress> Address =
        from isIPv6 in Gen.Elements(false, true)
        from isMapped in Gen.Elements(false, true)
        from high in Gen.Choose(0, 4)
        from low in Gen.Choose(0, 255)
        let ipv4 = IPAddress.Parse($"10.{high}.{low & 3}.{low}")
        select isIPv6 ? IPAddress.Parse($"2001:{high:x}::{low:x}") : isMapped ? ipv4.MapToIPv6() : ipv4;

    [Fact]
    public void TryFind_AnyTableAndAddress_AgreesWithBruteForce()
    {
        var cases =
            from networks in NetworkText.ArrayOf()
            from siteCount in Gen.Choose(1, 5)
            from addresses in Address.ArrayOf(20)
            select (networks, siteCount, addresses);

        Check.One(Repeatable, Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var sites = Enumerable.Range(0, test.siteCount)
                .Select(i => new Site($"site{i}", [.. test.networks.Where((_, n) => n % test.siteCount == i).Select(Subnet.Parse)]))
                .ToArray();
            var table = SubnetTable.Build(sites);
            foreach (var address in test.addresses)
            {
                var expected = sites
                    .SelectMany(site => site.Subnets.Select(subnet => new SubnetMatch(site, subnet)))
                    .Where(match => match.Subnet.Contains(address))
                    .OrderByDescending(match => match.Subnet.PrefixLength)
                    .ThenBy(match => match.Site.Name, StringComparer.OrdinalIgnoreCase)
                    .FirstOrDefault();
                Assert.Equal(expected.Site is not null, table.TryFind(address, out var found));
                Assert.Equal(expected, found);
            }
        }));
    }

    [Fact]
    public void TryFind_EdgesOfTheAddressSpace_AreFound()
    {
        var table = SubnetTable.Build([new Site("all", [Subnet.Parse("0.0.0.0/0"), Subnet.Parse("::/0")]), new Site("edge", [Subnet.Parse("255.255.255.255/32"), Subnet.Parse("::/128")])]);

        Assert.Equal("edge", Find("255.255.255.255"));
        Assert.Equal("all", Find("255.255.255.254"));
        Assert.Equal("all", Find("0.0.0.0"));
        Assert.Equal("edge", Find("::"));
        Assert.Equal("all", Find("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));

        string? Find(string address) => table.TryFind(IPAddress.Parse(address), out var match) ? match.Site.Name : null;
    }

    [Fact]
    public void Build_SubnetOfTwoSites_GoesToTheFirstNameInAnyOrder()
    {
        Site[] sites = [new("Berlin", [Subnet.Parse("10.0.0.0/8")]), new("aachen", [Subnet.Parse("10.1.1.1/8")])];
        foreach (var order in new[] { sites, sites.Reverse().ToArray() })
        {
            var table = SubnetTable.Build(order);
            Assert.True(table.TryFind(IPAddress.Parse("10.9.9.9"), out var match));
            Assert.Equal("aachen", match.Site.Name);
            Assert.Equal(new SubnetConflict(Subnet.Parse("10.0.0.0/8"), "aachen", "Berlin"), Assert.Single(table.Conflicts));
            Assert.Equal(1, table.Count);
        }
    }

    [Fact]
    public void TryFind_TenThousandSubnets_AllocatesNothing()
    {
        var sites = Enumerable.Range(0, 100).Select(site =>
            new Site($"site{site}", [.. Enumerable.Range(0, 100).Select(n => Subnet.Parse(n < 80 ? $"10.{site}.{n}.0/24" : $"2001:db8:{site:x}:{n:x}::/64"))])).ToArray();
        var table = SubnetTable.Build(sites);
        Assert.Equal(10_000, table.Count);
        IPAddress[] addresses = [IPAddress.Parse("10.42.17.5"), IPAddress.Parse("::ffff:10.42.17.5"), IPAddress.Parse("2001:db8:2a:5f::1"), IPAddress.Parse("192.0.2.1")];
        var warm = addresses.Count(address => table.TryFind(address, out _));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = 0;
        for (var round = 0; round < 1_000; round++)
        {
            foreach (var address in addresses)
            {
                if (table.TryFind(address, out _)) found++;
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((3, 3_000), (warm, found));
    }
}
