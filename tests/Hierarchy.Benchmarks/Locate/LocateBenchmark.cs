using System.Diagnostics;
using System.Net;
using Hierarchy.Domain.Sites;
using Hierarchy.Server.Api;

namespace Hierarchy.Benchmarks.Locate;

/// <summary>
/// What an answer of the locator costs in a tree of 10,000 subnets in 2,000 sites and 1,000 servers, at random clients, on one core: address to site, the order of servers, and the message. With links, without any (all servers
/// of other sites are equally far), and with four deciders; and what the first question from a site costs, which searches the paths.
/// </summary>
internal static class LocateBenchmark
{
    private const int Sites = 2_000;
    private const int Subnets = 10_000;
    private const int Servers = 1_000;
    private const int ExtraLinks = 2_000;
    private const int Answers = 200_000;
    private const int Limit = 16;

    public static Task RunAsync(Figures figures, CancellationToken cancellationToken)
    {
        var random = new Random(20261121);
        var sites = Enumerable.Range(0, Sites).Select(site => new Site($"site-{site}", Enumerable.Range(0, Subnets / Sites).Select(i => SubnetOf((site * (Subnets / Sites)) + i)).ToArray())).ToArray();
        // A tree of sites, and as many links again across it.
        var links = Enumerable.Range(1, Sites - 1).Select(site => Link(random.Next(site), site, random.Next(1, 100)))
            .Concat(Enumerable.Range(0, ExtraLinks).Select(_ => Link(random.Next(Sites), random.Next(Sites), random.Next(1, 100)))).ToArray();
        var servers = Enumerable.Range(0, Servers).Select(server => ServerOf(server, random)).ToArray();
        var clients = Enumerable.Range(0, 10_000).Select(client => (Id: new Guid(client, 0, 0, new byte[8]).ToString("D"), Address: AddressIn(random.Next(Subnets), random))).ToArray();

        var watch = Stopwatch.StartNew();
        var linked = new SiteMap(sites, links: links);
        figures.Add("locate_build_network", watch.Elapsed.TotalMilliseconds, "ms");
        watch.Restart();
        var locator = new Locator(linked, servers, servers[0].Id);
        figures.Add("locate_build_servers", watch.Elapsed.TotalMilliseconds, "ms");
        watch.Restart();
        for (var site = 0; site < Sites; site++) locator.Locate("client", $"site-{site}", Limit);
        figures.Add("locate_first_question_of_a_site", watch.Elapsed.TotalMicroseconds / Sites, "us");

        Measure(figures, "locate_answer", locator, clients, cancellationToken);
        Measure(figures, "locate_answer_without_links", new Locator(new SiteMap(sites), servers, servers[0].Id), clients, cancellationToken);
        var divided = servers.Select((server, i) => server with { Decider = new Guid(i % 4, 0, 0, new byte[8]) });
        Measure(figures, "locate_answer_four_deciders", new Locator(linked, divided, servers[0].Id), clients, cancellationToken);
        return Task.CompletedTask;
    }

    private static void Measure(Figures figures, string name, Locator locator, (string Id, IPAddress Address)[] clients, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Answers / 10; i++) LocatorEndpoint.Answer(locator, clients[i % clients.Length].Id, clients[i % clients.Length].Address);
        var times = new double[Answers];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var ranking = 0L;
        for (var i = 0; i < Answers; i++)
        {
            var (id, address) = clients[i % clients.Length];
            var started = Stopwatch.GetTimestamp();
            LocatorEndpoint.Answer(locator, id, address);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            if ((i & 0xFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
        }

        var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Answers;
        before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Answers; i++) ranking += locator.Locate(clients[i % clients.Length].Id, clients[i % clients.Length].Address, Limit).Length;
        var alone = watch.Elapsed.TotalMicroseconds / Answers;
        var allocatedAlone = (GC.GetAllocatedBytesForCurrentThread() - before) / Answers;
        if (ranking != (long)Answers * Limit) throw new InvalidOperationException("An answer lacks servers.");
        Array.Sort(times);
        figures.Add(name, times.Average(), "us");
        figures.Add($"{name}_p99", times[Answers * 99 / 100], "us");
        figures.Add($"{name}_allocated", allocated, "bytes");
        figures.Add($"{name}_ranking_alone", alone, "us");
        figures.Add($"{name}_ranking_alone_allocated", allocatedAlone, "bytes");
    }

    // Half IPv4, half IPv6.
    private static Subnet SubnetOf(int number) => number % 2 == 0
        ? Subnet.Parse($"10.{number / 2 / 250}.{number / 2 % 250}.0/24")
        : Subnet.Parse($"2001:db8:{number / 2:x}::/48");

    private static IPAddress AddressIn(int subnet, Random random) => IPAddress.Parse(subnet % 2 == 0
        ? $"10.{subnet / 2 / 250}.{subnet / 2 % 250}.{random.Next(1, 255)}"
        : $"2001:db8:{subnet / 2:x}::{random.Next(1, 65_535):x}");

    private static SiteLink Link(int from, int to, int cost) => new() { From = $"site-{from}", To = $"site-{to}", Cost = cost };

    private static ServerLocation ServerOf(int number, Random random)
    {
        var id = new byte[16];
        random.NextBytes(id);
        return new ServerLocation
        {
            Id = new Guid(id),
            Name = $"server-{number}",
            Site = number == 0 ? "" : $"site-{random.Next(Sites)}",
            GrpcUrl = $"http://server-{number}.example:8532",
            ContentUrl = $"http://server-{number}.example:8530",
            IsRoot = number == 0,
            IsBusy = random.Next(10) == 0,
        };
    }
}
