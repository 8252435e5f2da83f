using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Policies;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Policies;

public sealed class EffectivePolicyTests
{
    private static readonly TargetGroup Europe = new(new Guid(1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), "Europe", TargetGroup.AllComputers.Id);
    private static readonly TargetGroup Berlin = new(new Guid(2, 0, 0, [0, 0, 0, 0, 0, 0, 0, 2]), "Berlin", Europe.Id);
    private static readonly TargetGroup Pilot = new(new Guid(3, 0, 0, [0, 0, 0, 0, 0, 0, 0, 3]), "Pilot", TargetGroup.AllComputers.Id);
    private static readonly TargetGroup Lab = new(new Guid(4, 0, 0, [0, 0, 0, 0, 0, 0, 0, 4]), "Lab", TargetGroup.AllComputers.Id);

    [Fact]
    public void Of_DeeperGroup_CountsFieldByField()
    {
        var effective = Of(
            ["Berlin"],
            (TargetGroup.AllComputers, new ClientPolicy { DetectionHours = 8, BlockUserAccess = true }),
            (Europe, new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Scheduled, Schedule = new InstallSchedule(1, 22), DetectionHours = 4 }),
            (Berlin, new ClientPolicy { Schedule = new InstallSchedule(0, 5) }));

        Assert.Equal(
            new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Scheduled, Schedule = new InstallSchedule(0, 5), DetectionHours = 4, BlockUserAccess = true }, effective.Policy);
        Assert.Equal(
            [("au-options", Europe.Id), ("detect-every", Europe.Id), ("schedule", Berlin.Id), ("block-users", TargetGroup.AllComputers.Id)],
            effective.Sources.Select(source => (source.Field.Name, source.GroupId)));
    }

    [Fact]
    public void Of_GroupOfOthers_SaysNothing()
        => Assert.Equal(EffectivePolicy.None, Of(["Pilot"], (Europe, new ClientPolicy { DetectionHours = 4 })));

    [Theory]
    [MemberData(nameof(Rivals))]
    public void Of_EqualDepth_TakesWhatTheFieldSays(string name, object winner, object loser)
    {
        var field = PolicyField.All.Single(field => field.Name == name);
        foreach (var (first, second) in new[] { (Pilot, Lab), (Lab, Pilot) })
        {
            var effective = Of(["Pilot", "Lab"], (first, field.With(ClientPolicy.None, winner)), (second, field.With(ClientPolicy.None, loser)));
            Assert.Equal(new PolicySource(field, winner, first.Id), Assert.Single(effective.Sources));
        }
    }

    [Fact]
    public void Of_SameValueAtEqualDepth_NamesTheLowerId()
        => Assert.Equal(Pilot.Id, Assert.Single(Of(["Lab", "Pilot"], (Lab, new ClientPolicy { DetectionHours = 4 }), (Pilot, new ClientPolicy { DetectionHours = 4 })).Sources).GroupId);

    [Fact]
    public void Of_OrderOfPoliciesAndGroups_NeverMatters() => Prop.ForAll(
        Gen.ArrayOf(Policy(), 5).Zip(Gen.Choose(0, 1_000_000)).ToArbitrary(),
        drawn =>
        {
            TargetGroup[] groups = [TargetGroup.AllComputers, Europe, Berlin, Pilot, Lab];
            var policies = groups.Zip(drawn.Item1).ToArray();
            var random = new System.Random(drawn.Item2);
            var (shuffled, names) = (policies.ToArray(), new[] { "Berlin", "Pilot", "Lab" });
            random.Shuffle(shuffled);
            random.Shuffle(names);
            var (one, other) = (Of(["Lab", "Berlin", "Pilot"], policies), Of(names, shuffled));
            return one.Policy == other.Policy && one.Sources.SequenceEqual(other.Sources);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Hash_EqualExactlyWhenPoliciesAre() => Prop.ForAll(
        Policy().Zip(Policy()).ToArbitrary(),
        drawn => (drawn.Item1 == drawn.Item2) == EffectivePolicy.HashOf(drawn.Item1).AsSpan().SequenceEqual(EffectivePolicy.HashOf(drawn.Item2))).QuickCheckThrowOnFailure();

    [Fact]
    public void Record_ThereAndBack_SaysTheSame() => Prop.ForAll(
        Policy().ToArbitrary(),
        policy =>
        {
            var change = PolicyRecords.Policy(Berlin.Id, policy);
            return CatalogRecords.Read(new ChangeRecord(7, change.Kind, change.Key, change.Payload)) is ViewRecord.PolicyDecided { Sequence: 7 } read
                && read.GroupId == Berlin.Id && read.State == (policy.IsNone ? null : policy) && change.Payload is null == policy.IsNone;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void FromMessage_ValuesOfALaterVersion_CountAsNotSaid()
    {
        var message = new Protocol.Catalog.V1.ClientPolicy
        {
            AutomaticUpdates = (Protocol.Catalog.V1.AutomaticUpdates)6, DetectionHours = 99, Schedule = new Protocol.Catalog.V1.InstallSchedule { Day = 9 }, AlternateDownloadServer = "ftp://x",
            PerUserOffice = (Protocol.Catalog.V1.PerUserOffice)9, RestartWarningMinutes = 7,
        };
        Assert.Equal(new ClientPolicy { RestartWarningMinutes = 7 }, PolicyRecords.FromMessage(message));
    }

    [Fact]
    public void FaultsOf_EverythingWrong_IsSaidAtOnce()
    {
        var faults = PolicyRules.FaultsOf(new ClientPolicy
        {
            AutomaticUpdates = AutomaticUpdates.Download, Schedule = new InstallSchedule(8, 3), DetectionHours = 23, NoRestartWithUsers = true, AlwaysRestartMinutes = 20, RestartWarningMinutes = 31,
            RestartReminderMinutes = 0, TellNonAdministrators = true, BlockUserAccess = true, AlternateDownloadServer = "updates.example",
        });

        Assert.Equal(8, faults.Count);
        foreach (var name in new[] { "detect-every", "schedule is", "reboot-warning", "reboot-reminder", "alternate-server", "schedule counts", "no-reboot-with-users", "tell-non-admins" })
            Assert.Single(faults, fault => fault.StartsWith(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(14)]
    [InlineData(181)]
    [InlineData(-1)]
    public void FaultsOf_AlwaysRebootOutOfRange_IsSaid(int minutes) => Assert.Equal($"always-reboot is 15 to 180 minutes, not {minutes}.", Assert.Single(PolicyRules.FaultsOf(new ClientPolicy { AlwaysRestartMinutes = minutes })));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(180)]
    public void FaultsOf_AlwaysRebootInRange_IsNone(int minutes) => Assert.Empty(PolicyRules.FaultsOf(new ClientPolicy { AlwaysRestartMinutes = minutes }));

    [Fact]
    public void ScopeHash_ChangesWithThePolicyOfItsOwnGroupsAlone()
    {
        var builder = new ServedViewBuilder();
        foreach (var group in new[] { Europe, Berlin, Pilot }) builder.Apply(new ViewRecord.Group(1, group.Id, group));
        var before = builder.Build(LogHead.Empty);
        builder = new ServedViewBuilder(before);
        builder.Apply(new ViewRecord.PolicyDecided(2, Europe.Id, new ClientPolicy { DetectionHours = 4 }));
        var after = builder.Build(LogHead.Empty);

        Assert.NotEqual(before.MembershipOf(new ComputerFacts("c") { Named = ["Berlin"] }).ScopeHash, after.MembershipOf(new ComputerFacts("c") { Named = ["Berlin"] }).ScopeHash);
        Assert.Equal(before.MembershipOf(new ComputerFacts("c") { Named = ["Pilot"] }).ScopeHash, after.MembershipOf(new ComputerFacts("c") { Named = ["Pilot"] }).ScopeHash);
        Assert.False(after.ScopesAs(before));
        Assert.True(after.PlacesAs(before));
        Assert.True(new ServedViewBuilder(after).Build(LogHead.Empty).ScopesAs(after));
    }

    [Theory]
    [InlineData(0, 3, "2026-11-21T02:59", "2026-11-21T03:00")]
    [InlineData(0, 3, "2026-11-21T03:00", "2026-11-22T03:00")]
    [InlineData(1, 0, "2026-11-21T12:00", "2026-11-22T00:00")]
    [InlineData(7, 3, "2026-11-21T03:00", "2026-11-28T03:00")]
    [InlineData(7, 3, "2026-11-21T02:00", "2026-11-21T03:00")]
    public void Schedule_NextAfter_IsTheFirstSuchTime(int day, int hour, string after, string next)
        => Assert.Equal(DateTime.Parse(next, null), new InstallSchedule(day, hour).NextAfter(DateTime.Parse(after, null)));

    public static TheoryData<string, object, object> Rivals() => new()
    {
        { "au-options", AutomaticUpdates.Scheduled, AutomaticUpdates.Download },
        { "au-options", AutomaticUpdates.Download, AutomaticUpdates.NotifyInstallAndRestart },
        { "au-options", AutomaticUpdates.NotifyInstallAndRestart, AutomaticUpdates.Notify },
        { "au-options", AutomaticUpdates.Notify, AutomaticUpdates.Local },
        { "detect-every", 4, 8 },
        { "schedule", new InstallSchedule(0, 23), new InstallSchedule(1, 3) },
        { "schedule", new InstallSchedule(2, 3), new InstallSchedule(2, 4) },
        { "no-reboot-with-users", true, false },
        { "always-reboot", 0, 180 },
        { "always-reboot", 30, 15 },
        { "reboot-warning", 30, 5 },
        { "reboot-reminder", 60, 10 },
        { "install-minor", true, false },
        { "tell-non-admins", true, false },
        { "block-users", true, false },
        { "include-recommended", true, false },
        { "alternate-server", "", "http://a.example" },
        { "alternate-server", "http://a.example", "http://b.example" },
        { "office-per-user", PerUserOffice.Never, PerUserOffice.AtLogon },
        { "office-licence", OfficeLicence.PerUser, OfficeLicence.PerDevice },
        { "block-office-online", true, false },
    };

    private static EffectivePolicy Of(string[] names, params (TargetGroup Group, ClientPolicy Policy)[] policies) => EffectivePolicy.Of(
        policies.Select(policy => KeyValuePair.Create(policy.Group.Id, policy.Policy)), new GroupTree([Europe, Berlin, Pilot, Lab]).MembershipOf(names));

    private static Gen<ClientPolicy> Policy()
    {
        var fields = Rivals().SelectMany(row => new[] { ((string)row.Data.Item1, row.Data.Item2), (row.Data.Item1, row.Data.Item3) }).ToLookup(value => value.Item1, value => value.Item2);
        return PolicyField.All.Aggregate(
            Gen.Constant(ClientPolicy.None),
            (policy, field) => policy.Zip(Gen.Choose(0, 2), (made, dice) => (made, dice)).SelectMany(
                drawn => Gen.Elements(fields[field.Name].ToArray()).Select(value => drawn.dice == 0 ? field.With(drawn.made, value) : drawn.made)));
    }
}
