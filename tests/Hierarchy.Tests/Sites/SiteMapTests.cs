using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Sites;
using Xunit;

namespace Hierarchy.Tests.Sites;

public sealed class SiteMapTests
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20_26_11, 5_43_25);

    [Fact]
    public void Cost_AnyLinks_AgreesWithFloydAndWarshall()
    {
        var link =
            from ends in Gen.Choose(0, 11).Two()
            from cost in Gen.Choose(1, 6) // Few costs: many paths that cost the same.
            select Link($"site-{ends.Item1}", $"SITE-{ends.Item2}", cost);
        Check.One(Repeatable, Prop.ForAll(link.ArrayOf().ToArbitrary(), drawn =>
        {
            var links = drawn.Where(l => !string.Equals(l.From, l.To, StringComparison.OrdinalIgnoreCase)).DistinctBy(l => l.Key).ToArray();
            var map = new SiteMap(Enumerable.Range(0, 12).Select(i => new Site($"Site-{i}", [])), links: links);
            var shuffled = new SiteMap([], links: links.Reverse());
            var costs = Reference(links);
            for (var from = 0; from < 12; from++)
                for (var to = 0; to < 12; to++)
                {
                    var expected = from == to ? 0 : links.Length == 0 ? SiteMap.UnlinkedCost : costs[from, to] is var cost and < Far ? cost : SiteMap.UnknownCost;
                    Assert.Equal(expected, map.Cost($"site-{from}", $"site-{to}"));
                    var path = map.Path($"site-{from}", $"site-{to}");
                    Assert.Equal(path, map.Path($"site-{to}", $"site-{from}").Reverse());
                    Assert.Equal(path.Select(l => l.Key), shuffled.Path($"site-{from}", $"site-{to}").Select(l => l.Key));
                    if (expected is 0 or SiteMap.UnknownCost || links.Length == 0)
                    {
                        Assert.Empty(path);
                        continue;
                    }

                    Assert.Equal(expected, path.Sum(l => l.Cost));
                    var at = $"site-{from}";
                    foreach (var step in path)
                    {
                        Assert.True(step.Touches(at));
                        at = string.Equals(step.From, at, StringComparison.OrdinalIgnoreCase) ? step.To : step.From;
                    }

                    Assert.Equal($"site-{to}", at, ignoreCase: true);
                }
        }));
    }

    [Fact]
    public void Path_SeveralOfOneCost_HasFewestLinks()
    {
        var map = new SiteMap([], links: [Link("a", "b", 1), Link("b", "c", 1), Link("c", "d", 1), Link("a", "d", 3)]);
        Assert.Equal("a\0d", Assert.Single(map.Path("A", "D")).Key);
    }

    [Fact]
    public void Cost_FirstLinkOfTheTree_PutsSitesWithoutLinksOutOfReach()
    {
        Site[] sites = [new("a", []), new("b", []), new("c", [])];
        Assert.Equal(SiteMap.UnlinkedCost, new SiteMap(sites).Cost("a", "c"));
        var map = new SiteMap(sites, links: [Link("a", "b", 7)]);
        Assert.Equal((7, SiteMap.UnknownCost, 0), (map.Cost("b", "a"), map.Cost("a", "c"), map.Cost("c", "C")));
        Assert.Equal(SiteMap.UnknownCost, map.Cost("a", ""));
    }

    [Fact]
    public void Cost_LongChainOfDearLinks_IsAPathStill()
    {
        var map = new SiteMap([], links: Enumerable.Range(0, 3_000).Select(i => Link($"s{i}", $"s{i + 1}", SiteLink.MaxCost)));
        Assert.InRange(map.Cost("s0", "s3000"), SiteLink.MaxCost, SiteMap.UnknownCost - 1);
        Assert.Equal(3_000, map.Path("s0", "s3000").Count);
    }

    [Fact]
    public void Cost_MoreSitesThanAreKept_StaysRight()
    {
        // 3,000 sites of a chain: more trees than are kept at once, and asked for twice.
        var map = new SiteMap([], links: Enumerable.Range(0, 2_999).Select(i => Link($"s{i}", $"s{i + 1}", 1)));
        for (var round = 0; round < 2; round++)
            for (var i = 0; i < 3_000; i++)
                Assert.Equal(i, map.Cost($"s{i}", "s0"));
    }

    [Theory]
    [InlineData("Berlin", "aachen", "aachen\0berlin")]
    [InlineData("AACHEN", "berlin", "aachen\0berlin")]
    public void KeyOf_AnyOrderAndLetterCase_IsOne(string from, string to, string key) => Assert.Equal(key, SiteLink.KeyOf(from, to));

    private const int Far = 1_000_000_000;

    private static int[,] Reference(SiteLink[] links)
    {
        var costs = new int[12, 12];
        for (var i = 0; i < 12; i++)
            for (var j = 0; j < 12; j++)
                costs[i, j] = i == j ? 0 : Far;
        foreach (var link in links)
        {
            var (i, j) = (int.Parse(link.From[5..]), int.Parse(link.To[5..]));
            costs[i, j] = costs[j, i] = Math.Min(costs[i, j], link.Cost);
        }

        for (var k = 0; k < 12; k++)
            for (var i = 0; i < 12; i++)
                for (var j = 0; j < 12; j++)
                    costs[i, j] = Math.Min(costs[i, j], costs[i, k] + costs[k, j]);
        return costs;
    }

    private static SiteLink Link(string from, string to, int cost) => new() { From = from, To = to, Cost = cost };
}
