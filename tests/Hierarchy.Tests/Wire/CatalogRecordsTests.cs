using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Xunit;
using BandwidthSchedule = Hierarchy.Domain.Sites.BandwidthSchedule;
using BandwidthWindow = Hierarchy.Domain.Sites.BandwidthWindow;

namespace Hierarchy.Tests.Wire;

public sealed class CatalogRecordsTests
{
    private static readonly Guid One = new("11111111-0000-0000-0000-000000000000");
    private static readonly Guid Two = new("22222222-0000-0000-0000-000000000000");

    [Fact]
    public void Eula_ThereAndBack_IsAcceptedUntilItsTombstone()
    {
        var accepted = CatalogRecords.Eula(One, DateTimeOffset.UnixEpoch, "admin");

        Assert.Equal(new ViewRecord.Eula(3, One, IsAccepted: true), CatalogRecords.Read(Record(3, accepted)));
        Assert.Equal(new ViewRecord.Eula(4, One, IsAccepted: false), CatalogRecords.Read(Record(4, CatalogRecords.NoEula(One))));
    }

    [Fact]
    public void Assignment_ThereAndBack_IsFoundWhateverTheLetterCase()
    {
        var change = CatalogRecords.Assignment(new GroupAssignment("ABCD-ef", "PC-1.example", [Two, One, Two]));

        var read = Assert.IsType<ViewRecord.Assignment>(CatalogRecords.Read(Record(5, change)));
        Assert.Equal("abcd-ef", read.Key);
        Assert.Equal(new GroupAssignment("abcd-ef", "PC-1.example", [One, Two]), read.State);
        Assert.Equal(change.Payload!.Value.ToArray(), CatalogRecords.Assignment(new GroupAssignment("abcd-EF", "PC-1.example", [One, Two])).Payload!.Value.ToArray()); // Assignments have a payload.
        Assert.Equal(new ViewRecord.Assignment(6, "abcd-ef", null), CatalogRecords.Read(Record(6, CatalogRecords.NoAssignment("ABCD-EF"))));
    }

    [Fact]
    public void Assignment_GroupIdOfAnotherLength_IsRefused()
    {
        var message = new GroupAssignmentRecord { ComputerId = "c", GroupIds = { Google.Protobuf.ByteString.CopyFrom(1, 2, 3) } };
        var record = new ChangeRecord(1, (int)RecordKind.GroupAssignment, "c"u8.ToArray(), Google.Protobuf.MessageExtensions.ToByteArray(message));

        Assert.Throws<IntegrityException>(() => CatalogRecords.Read(record));
    }

    [Fact]
    public void GroupRule_ThereAndBack_IsTheSameUntilItsTombstoneAndOfALaterVersionHoldsForNobody()
    {
        var rule = new GroupRule
        {
            Id = One, Name = "laptops", GroupId = Two, ComputerNames = ["a*", "b"], Subnets = [Subnet.Parse("10.0.0.0/8")], Sites = ["berlin"], OsVersions = [">=10"], Models = ["Latitude*"],
        };

        var change = GroupRecords.Rule(rule);
        var read = Assert.IsType<ViewRecord.Rule>(CatalogRecords.Read(Record(5, change))).State!; // It is no tombstone.

        Assert.Equivalent(rule, read, strict: true);
        Assert.Equal(change.Payload!.Value.ToArray(), GroupRecords.Rule(rule with { ComputerNames = ["b", "a*"] }).Payload!.Value.ToArray()); // Rules have a payload.
        Assert.Equal(new ViewRecord.Rule(6, One, null), CatalogRecords.Read(Record(6, GroupRecords.NoRule(One))));
        var later = GroupRecords.Message(rule);
        later.ConditionKinds++;
        var record = new ChangeRecord(7, (int)RecordKind.GroupRule, change.Key, Google.Protobuf.MessageExtensions.ToByteArray(later));
        Assert.False(Assert.IsType<ViewRecord.Rule>(CatalogRecords.Read(record)).State!.IsUnderstood); // Likewise.
    }

    [Fact]
    public void SiteLink_ThereAndBack_IsTheSameUntilItsTombstone()
    {
        BandwidthWindow[] windows =
        [
            new(Weekdays.Workdays, TimeSpan.FromHours(8), TimeSpan.FromHours(18), 125_000), new(Weekdays.Sunday, TimeSpan.Zero, TimeSpan.FromHours(24), null),
            new(Weekdays.EveryDay, TimeSpan.FromHours(23), TimeSpan.FromHours(1), 0),
        ];
        var link = new SiteLink { From = "Köln", To = "Berlin", Cost = 30, Schedule = new BandwidthSchedule(windows, 0) };

        var change = SiteRecords.Link(link);

        Assert.Equal("berlin\0köln"u8.ToArray(), change.Key.ToArray());
        Assert.Equal(new ViewRecord.Link(7, "berlin\0köln", link), CatalogRecords.Read(Record(7, change)));
        Assert.Equal(new ViewRecord.Link(8, "berlin\0köln", null), CatalogRecords.Read(Record(8, SiteRecords.NoLink("BERLIN", "köln"))));
        var plain = new SiteLink { From = "a", To = "b", Cost = 1 };
        Assert.Equal(plain, Assert.IsType<ViewRecord.Link>(CatalogRecords.Read(Record(9, SiteRecords.Link(plain)))).State);
    }

    [Fact]
    public void SitesLinksAndTreeSettings_InAView_StandUntilTheyAreRemoved()
    {
        var link = new SiteLink { From = "Köln", To = "Berlin", Cost = 30 };
        var empty = new ServedViewBuilder();
        foreach (var change in new[] { SiteRecords.Link(link), SiteRecords.Settings(new TreeSettings { DefaultSite = "Berlin" }) }) empty.Apply(CatalogRecords.Read(Record(1, change))!); // Known kinds.
        var view = empty.Build(LogHead.Empty);
        Assert.Equal(link, Assert.Single(view.Links.Values));
        Assert.Equal("Berlin", view.TreeSettings.DefaultSite);

        var next = new ServedViewBuilder(view);
        Assert.Same(view.Links, next.Build(LogHead.Empty).Links);
        next.Apply(CatalogRecords.Read(Record(2, SiteRecords.NoLink("köln", "BERLIN")))!); // Known kinds.
        next.Apply(CatalogRecords.Read(new ChangeRecord(3, (int)RecordKind.TreeSettings, Array.Empty<byte>(), null))!);
        Assert.Empty(next.Build(LogHead.Empty).Links);
        Assert.Equal("", next.Build(LogHead.Empty).TreeSettings.DefaultSite);
    }

    private static ChangeRecord Record(long sequence, in Change change) => new(sequence, change.Kind, change.Key, change.Payload);
}
