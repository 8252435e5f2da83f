using Hierarchy.Content;
using Hierarchy.Content.Transfer;
using Hierarchy.Testing;
using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>Who of a site fetches a file from outside, and whom the others ask.</summary>
public sealed class SiteOriginsTests
{
    private static readonly Guid[] Servers = [.. Enumerable.Range(1, 4).Select(i => new Guid(i, 0, 0, new byte[8]))];

    private readonly ManualTime _time = new();

    [Fact]
    public void For_ManyFiles_OneServerOfTheSiteFetchesEachAndAllAgree()
    {
        var origins = Servers.ToDictionary(self => self, self => At(self));
        var fetched = Servers.ToDictionary(self => self, _ => 0);
        for (var i = 0; i < 1000; i++)
        {
            var file = Sample.Describe(BitConverter.GetBytes(i));
            var fetching = Servers.Where(self => origins[self].For(file).All(origin => origin.Kind != ContentOriginKind.Sibling || origin.OnlyIfStored)).ToArray();
            var one = Assert.Single(fetching);
            fetched[one]++;
            foreach (var other in Servers.Where(server => server != one))
            {
                var asked = origins[other].For(file);
                Assert.Equal(one, asked.Single(origin => origin.Kind == ContentOriginKind.Sibling && !origin.OnlyIfStored).ServerId);
                Assert.Equal(ContentOriginKind.Parent, asked[^1].Kind);
            }
        }

        Assert.All(fetched.Values, count => Assert.InRange(count, 180, 320));
    }

    [Fact]
    public void For_SiblingThatFailed_IsLeftOutForAWhile()
    {
        var origins = At(Servers[0]);
        var file = Enumerable.Range(0, 100).Select(i => Sample.Describe(BitConverter.GetBytes(i))).First(file => origins.For(file).Any(origin => origin.ServerId == Servers[1] && !origin.OnlyIfStored));
        var asked = origins.For(file).Single(origin => origin.ServerId == Servers[1]);

        origins.SiblingFailed(asked);

        Assert.DoesNotContain(origins.For(file), origin => origin.ServerId == Servers[1]);
        _time.Advance(SiteOrigins.LeftOutFor);
        Assert.Contains(origins.For(file), origin => origin.ServerId == Servers[1]);
    }

    [Fact]
    public void For_NoWayOut_AsksTheSiblingsAllTheSame()
    {
        var origins = new SiteOrigins(new ConfiguredOrigins(new ContentOptions()), Servers[0], "branch", () => [Neighbour(Servers[1])], _time);
        for (var i = 0; i < 20; i++)
            Assert.Contains(origins.For(Sample.Describe(BitConverter.GetBytes(i))), origin => origin is { Kind: ContentOriginKind.Sibling, OnlyIfStored: false });
    }

    [Fact]
    public void For_NoNeighbours_IsTheParentAlone()
    {
        var origins = new SiteOrigins(Outside(), Servers[0], "branch", () => [], _time);
        Assert.Equal(ContentOriginKind.Parent, Assert.Single(origins.For(Sample.Describe([1]))).Kind);
    }

    private SiteOrigins At(Guid self) => new(Outside(), self, "branch", () => [.. Servers.Where(server => server != self).Select(Neighbour)], _time);

    private static ConfiguredOrigins Outside() => new(new ContentOptions { ParentUrl = new Uri("http://parent.example:8530") });

    private static SiteNeighbour Neighbour(Guid id) => new(id, new Uri($"http://{id:N}.example:8530"));
}
