using Hierarchy.Cli.Sites;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Xunit;

namespace Hierarchy.Tests.Cli;

/// <summary>`sites`: tables, schedules, questions.</summary>
public sealed class SiteVerbTests : IDisposable
{
    private readonly Hierarchy.Testing.TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mon-fri 08:00-18:00 2MB", "mon-fri 08:00-18:00 2MB/s")]
    [InlineData("fri-mon 22:00-06:00 closed", "mon,fri-sun 22:00-06:00 closed")]
    [InlineData("sat,sun 0:00-24:00 unlimited", "sat,sun 00:00-24:00 unlimited")]
    [InlineData("daily 00:00-00:01 4Mbit/s", "daily 00:00-00:01 500kB/s")]
    [InlineData("workdays 7:30-19:00 1.5KiB", "mon-fri 07:30-19:00 1536B/s")]
    [InlineData("wed 12:00-13:00 17", "wed 12:00-13:00 17B/s")]
    public void Schedule_Window_IsReadAndWritten(string text, string written)
    {
        Assert.True(ScheduleText.TryParse(text, out var schedule, out var error), error);
        Assert.Equal($"{written}; otherwise unlimited", ScheduleText.Format(schedule));
        Assert.True(ScheduleText.TryParse(ScheduleText.Format(schedule), out var again, out _));
        Assert.Equal(schedule, again);
    }

    [Theory]
    [InlineData("mon-fri 08:00-18:00", "is no window")]
    [InlineData("someday 08:00-18:00 2MB", "names no days")]
    [InlineData("mon-tue-wed 08:00-18:00 2MB", "names no days")]
    [InlineData("mon 8-18 2MB", "no time of the day")]
    [InlineData("mon 24:00-08:00 2MB", "no time of the day")]
    [InlineData("mon 08:00-00:00 2MB", "24:00")]
    [InlineData("mon 08:00-18:60 2MB", "no time of the day")]
    [InlineData("mon 08:00-18:00 fast", "is no rate")]
    [InlineData("mon 08:00-18:00 0.1B", "is no rate")]
    [InlineData("mon 08:00-18:00 -5MB", "is no rate")]
    [InlineData("mon 08:00-18:00 2MB; otherwise slow", "is no rate")]
    public void Schedule_ThatIsNone_SaysWhatToWrite(string text, string said)
    {
        Assert.False(ScheduleText.TryParse(text, out _, out var error));
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LinksAdd_WindowsAndRate_ReachTheServerAsTheyWereMeant()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        var ran = await server.RunAsync(Token, "sites", "links", "add", "a", "b", "--cost", "50", "--window", "fri-mon 22:00-06:00 closed", "daily 06:00-22:00 unlimited", "--rate", "10Mbit");

        Assert.True(ran.ExitCode == 0, ran.Error);
        var request = Assert.IsType<SetSiteLinkRequest>(server.Sites.Request);
        Assert.Equal((LinkExpectation.New, 50, 1_250_000L), (request.Expect, request.Cost, request.Schedule.DefaultRate));
        Assert.Equal([(1 + 16 + 32 + 64, 1320, 360, true), (127, 360, 1320, false)], request.Schedule.Windows.Select(w => (w.Days, w.FromMinute, w.ToMinute, w.HasBytesPerSecond)));

        Assert.Equal(0, (await server.RunAsync(Token, "sites", "links", "set", "a", "b", "--cost", "5")).ExitCode);
        Assert.Null(Assert.IsType<SetSiteLinkRequest>(server.Sites.Request).Schedule); // It keeps its own.
        Assert.Equal(0, (await server.RunAsync(Token, "sites", "links", "set", "a", "b", "--rate", "unlimited")).ExitCode);
        Assert.Equal(new BandwidthSchedule(), Assert.IsType<SetSiteLinkRequest>(server.Sites.Request).Schedule);
    }

    [Theory]
    [InlineData("yes\n", 0, true)]
    [InlineData("no\n", 130, null)]
    [InlineData(null, 0, false)] // Nobody is there to be asked: the server is left to refuse.
    public async Task Remove_SiteThatIsUsed_AsksFirst(string? input, int exitCode, bool? evenIfUsed)
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await Ran.RunAsync(["--server", server.Url, "sites", "remove", "branch-a"], Token, input: input);

        Assert.Equal(exitCode, ran.ExitCode);
        if (input is not null) Assert.Contains("replica-a, replica-b", ran.Error, StringComparison.Ordinal);
        Assert.Equal(evenIfUsed, (server.Admin.Request as RemoveSiteRequest)?.EvenIfUsed);
    }

    [Fact]
    public async Task Which_Text_SaysWhyInTheOrderOfTheServers()
    {
        await using var server = await AdminFixture.StartAsync(Token);

        var ran = await server.RunAsync(Token, "sites", "which", "10.1.2.3");

        Assert.Contains("10.1.2.3 is in 10.1.2.0/24 of site branch-a: the longest prefix.", ran.Out, StringComparison.Ordinal);
        Assert.Contains("It is in 10.0.0.0/8 of site headquarters as well", ran.Out, StringComparison.Ordinal);
        Assert.Contains("branch-a -50- branch-b", ran.Out, StringComparison.Ordinal);
        Assert.Contains("no path", ran.Out, StringComparison.Ordinal);
        Assert.Contains("lab is left out: It serves the decisions of lab", ran.Out, StringComparison.Ordinal);
        Assert.Contains("2 more servers", ran.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("subnet,site\n10.1.0.0/16,a\n", "a 10.1.0.0/16")]
    [InlineData("Name\tSite\tLocation\tType\tDescription\n10.1.0.0/16\tBerlin\t\tSubnet\t\n", "Berlin 10.1.0.0/16")]
    [InlineData("\"Name\";\"Site\"\n\"2001:db8::/48\";\"CN=Frankfurt\\, Main,CN=Sites,CN=Configuration,DC=example\"\n", "Frankfurt, Main 2001:db8::/48")]
    [InlineData("site,subnet\na,\na,10.1.0.0/16\n", "a |a 10.1.0.0/16")]
    public void Table_OfSites_IsReadAsItIsWrittenAndExported(string table, string rows)
    {
        var (request, problems) = (new ImportNetworkRequest(), new List<ImportProblem>());
        NetworkTable.ReadSites(Write("sites.csv", table), request, problems);
        Assert.Empty(problems);
        Assert.Equal(rows, string.Join('|', request.Subnets.Select(row => $"{row.Site} {row.Subnet}")));
    }

    [Theory]
    [InlineData("from,to,cost\na,b,5\n", "a-b 5")]
    [InlineData("from,to\na,b\n", "a-b 0")]
    [InlineData("\"sites\",\"Cost\"\n\"CN=a,CN=Sites,DC=x;CN=b,CN=Sites,DC=x;CN=c,CN=Sites,DC=x\",\"100\"\n", "a-b 100|a-c 100|b-c 100")]
    [InlineData("\"SitesIncluded\",\"Cost\"\n\"CN=a,CN=Sites,DC=x CN=b,CN=Sites,DC=x\",\"100\"\n", "a-b 100")]
    public void Table_OfLinks_IsReadAsItIsWrittenAndExported(string table, string rows)
    {
        var (request, problems) = (new ImportNetworkRequest(), new List<ImportProblem>());
        NetworkTable.ReadLinks(Write("links.csv", table), request, problems);
        Assert.Empty(problems);
        Assert.Equal(rows, string.Join('|', request.Links.Select(row => $"{row.Link.From}-{row.Link.To} {row.Link.Cost}")));
    }

    [Fact]
    public async Task Import_FaultsOfTheFilesAndOfTheServer_AreListedTogether()
    {
        await using var server = await AdminFixture.StartAsync(Token);
        server.Sites.Problems.Add(new ImportProblem { Line = 3, Message = "Subnet 10.1.0.0/16 belongs to the site 'b', so 'a' cannot have it." });
        var sites = Write("sites.csv", "subnet,site\n10.9.0.0/16,\n10.1.0.0/16,a\n");
        var links = Write("links.csv", "from,to,cost,schedule\na,b,cheap,\na,b,5,sometimes\na,,5,\n");

        var ran = await server.RunAsync(Token, "sites", "import", sites, "--links", links);

        Assert.Equal(1, ran.ExitCode);
        var lines = ran.Error.Split('\n');
        Assert.StartsWith("sites.csv, line 2: '10.9.0.0/16' has no site", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("sites.csv, line 3: Subnet 10.1.0.0/16 belongs to the site 'b'", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("links.csv, line 2: 'cheap' is no cost", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("links.csv, line 3: 'sometimes' is no window", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("links.csv, line 4: A link joins two sites", lines[4], StringComparison.Ordinal);
        Assert.True(Assert.IsType<ImportNetworkRequest>(server.Sites.Request).WhatIf);
    }

    private string Write(string name, string text)
    {
        var path = _folder[name];
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
