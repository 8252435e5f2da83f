using System.Net;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Groups;

/// <summary>What rules hold for.</summary>
public sealed class GroupRuleTests
{
    private static readonly ComputerFacts Laptop = new("pc")
    {
        Name = "BER-LT-17.corp.example",
        Address = IPAddress.Parse("10.1.2.3"),
        OsVersion = "10.0.22631.4169",
        Manufacturer = "Dell Inc.",
        Model = "Latitude 7440",
    };

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("?", "", false)]
    [InlineData("a*b*c", "AxxBBxxbC", true)]
    [InlineData("a*b*c", "axxcxxb", false)]
    [InlineData("*.*", "a.b.c", true)]
    [InlineData("a?c", "aBc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("**a**", "bab", true)]
    [InlineData("*aab", "aaaab", true)]
    public void Wildcard_Matches_TheWholeTextWhateverTheLetterCase(string pattern, string text, bool matches) => Assert.Equal(matches, Wildcard.Matches(pattern, text));

    [Theory]
    [InlineData("10.0.22*", "10.0.22631.4169", true)]
    [InlineData("10.0.22*", "10.0.26100", false)]
    [InlineData("10.0.22631", "10.0.22631.4169", true)]
    [InlineData("10.0.2263", "10.0.22631.4169", false)]
    [InlineData(">=10.0.20348", "10.0.20348.1", true)]
    [InlineData(">10.0.20348", "10.0.20348.1", false)]
    [InlineData("<=10.0.20348", "10.0.20348.1", true)]
    [InlineData("<10.0.9", "10.0.10", false)]
    [InlineData(">=10.0.19041 <10.0.22000", "10.0.19045", true)]
    [InlineData(">=10.0.19041,<10.0.22000", "10.0.22631", false)]
    [InlineData("=6.1.7601.2", "6.1.7601.2", true)]
    [InlineData(">=6.1.7601.2", "6.1.7601", false)]
    [InlineData(">=1", "", false)]
    [InlineData(">=1", "Windows", false)]
    [InlineData("*", "", true)]
    public void OsVersion_Compares_InAsManyPartsAsAreGiven(string condition, string version, bool matches)
    {
        Assert.True(OsVersionCondition.TryParse(condition, out var parsed, out _));
        Assert.Equal(matches, parsed.Matches(version));
    }

    [Theory]
    [InlineData("")]
    [InlineData(">=")]
    [InlineData("ten")]
    [InlineData("10..1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("Windows*")]
    [InlineData(">=10.*")]
    public void OsVersion_Nonsense_IsRefusedWithWhatToWrite(string condition)
    {
        Assert.False(OsVersionCondition.TryParse(condition, out _, out var error));
        Assert.Contains(">=10.0.19041", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ber-lt-*", "", "", "", "", true)]
    [InlineData("ber-lt-17", "", "", "", "", true)]
    [InlineData("*.corp.example", "", "", "", "", true)]
    [InlineData("lt-*", "", "", "", "", false)]
    [InlineData("lt-*|BER-*", "", "", "", "", true)]
    [InlineData("", "10.1.0.0/16", "", "", "", true)]
    [InlineData("", "10.2.0.0/16|::/0", "", "", "", false)]
    [InlineData("", "", "BERLIN", "", "", true)]
    [InlineData("", "", "paris", "", "", false)]
    [InlineData("", "", "", "10.0.22*", "", true)]
    [InlineData("", "", "", "", "latitude*", true)]
    [InlineData("", "", "", "", "dell*", true)]
    [InlineData("", "", "", "", "Dell Inc. Lat*", true)]
    [InlineData("", "", "", "", "OptiPlex*", false)]
    [InlineData("ber-*", "10.0.0.0/8", "berlin", ">=10", "lat*", true)]
    [InlineData("ber-*", "10.0.0.0/8", "berlin", ">=11", "lat*", false)]
    [InlineData("", "", "", "", "", false)]
    public void Rule_Holds_WhereEveryKindOfConditionDoesByOneOfItsValues(string names, string subnets, string sites, string versions, string models, bool holds)
    {
        var rule = Rule(names, subnets, sites, versions, models);
        var into = new List<GroupRule>();

        new GroupRuleSet([rule]).Match(Laptop, "berlin", into);

        Assert.Equal(holds, into.Count == 1);
        Assert.Equal(holds, GroupRuleSet.Unmet(rule, Laptop, "berlin").Count == 0);
    }

    [Theory]
    [InlineData("x*", "", "", "", "")]
    [InlineData("", "0.0.0.0/0", "", "", "")]
    [InlineData("", "", "berlin", "", "")]
    [InlineData("", "", "", ">=0", "")]
    [InlineData("", "", "", "", "*")]
    public void Rule_ForWhatTheComputerDidNotSay_HoldsForNobody(string names, string subnets, string sites, string versions, string models)
    {
        var into = new List<GroupRule>();

        new GroupRuleSet([Rule(names, subnets, sites, versions, models)]).Match(new ComputerFacts("pc"), site: null, into);

        Assert.Empty(into);
        Assert.Single(GroupRuleSet.Unmet(Rule(names, subnets, sites, versions, models), new ComputerFacts("pc"), null));
    }

    [Fact]
    public void Faults_OfARule_AreAllSaid()
    {
        var rule = Rule(string.Join('|', Enumerable.Range(0, 64).Select(number => $"pc-{number}")), "", "", "ten", new string('x', 257)) with { Name = "" };

        Assert.Equal(4, rule.Faults().Count());
        Assert.Single(Rule("", "", "", "", "").Faults());
        Assert.Empty(Rule("a*", "", "", "", "").Faults());
    }

    [Fact]
    public void Match_AThousandRules_AllocatesNothing()
    {
        var rules = new GroupRuleSet(Enumerable.Range(0, GroupRule.MaxRules).Select(number => Rule($"x{number}*|y*", "10.9.0.0/16", "", ">=10.0.30000|9.*", "Opti*|Think*") with { Id = Guid.NewGuid() }));
        var into = new List<GroupRule>();
        rules.Match(Laptop, "berlin", into);
        var before = GC.GetAllocatedBytesForCurrentThread();

        rules.Match(Laptop, "berlin", into);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Empty(into);
    }

    [Fact]
    public void View_SitesChange_ComputersOfTheirRulesAreElsewhere()
    {
        var group = new TargetGroup(Guid.NewGuid(), "Berlin", TargetGroup.AllComputers.Id);
        var rule = Rule("", "", "berlin", "", "") with { GroupId = group.Id };
        var view = Next(null, new ViewRecord.Group(1, group.Id, group), new ViewRecord.Rule(2, rule.Id, rule));
        Assert.Equal(["Unassigned Computers"], view.MembershipOf(Laptop).Direct);

        var there = Next(view, new ViewRecord.Site(3, "berlin", new Site("berlin", [Subnet.Parse("10.1.0.0/16")])));
        Assert.False(there.PlacesAs(view));
        Assert.Equal(["Berlin"], there.MembershipOf(Laptop).Direct);
        Assert.True(Next(there, new ViewRecord.Eula(4, Guid.NewGuid(), IsAccepted: true)).PlacesAs(there));

        var closer = Next(there, new ViewRecord.Site(4, "lab", new Site("lab", [Subnet.Parse("10.1.2.0/24")])));
        Assert.Equal(["Unassigned Computers"], closer.MembershipOf(Laptop).Direct);
        Assert.Equal(["Berlin"], Next(closer, new ViewRecord.Tree(5, new TreeSettings { DefaultSite = "berlin" })).MembershipOf(Laptop with { Address = IPAddress.Parse("192.0.2.1") }).Direct);
        Assert.Equal(["Unassigned Computers"], Next(there, new ViewRecord.Group(4, group.Id, null)).MembershipOf(Laptop).Direct);
    }

    private static GroupRule Rule(string names, string subnets, string sites, string versions, string models) => new()
    {
        Id = Guid.NewGuid(),
        Name = "rule",
        GroupId = Guid.NewGuid(),
        ComputerNames = Split(names),
        Subnets = [.. Split(subnets).Select(Subnet.Parse)],
        Sites = Split(sites),
        OsVersions = Split(versions),
        Models = Split(models),
    };

    private static string[] Split(string text) => text.Split('|', StringSplitOptions.RemoveEmptyEntries);

    private static ServedView Next(ServedView? previous, params ViewRecord[] records)
    {
        var builder = new ServedViewBuilder(previous);
        foreach (var record in records)
            builder.Apply(record);
        return builder.Build(new LogHead(new Position(new LogId(Guid.NewGuid()), 1, Guid.NewGuid(), records.Max(record => record.Sequence)), 0, 0, new byte[2048]));
    }
}
