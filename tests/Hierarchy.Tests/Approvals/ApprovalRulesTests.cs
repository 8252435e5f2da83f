using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Groups;
using Xunit;
using static Hierarchy.Domain.Approvals.ApprovalAction;
using Kind = Hierarchy.Domain.Approvals.ApprovalObjectionKind;

namespace Hierarchy.Tests.Approvals;

/// <summary>What is refused: every rule by itself, and what it leaves alone.</summary>
public sealed class ApprovalRulesTests
{
    private static readonly DateTimeOffset Soon = new(2026, 12, 1, 3, 0, 0, TimeSpan.Zero);
    private readonly ApprovalScene _scene = new();

    [Theory]
    // what is said of the update; action; with a deadline; the objection
    [InlineData("", Install, false, null)]
    [InlineData("", Install, true, null)]
    [InlineData("", OptionalInstall, false, null)]
    [InlineData("", OptionalInstall, true, Kind.DeadlineWithoutInstallation)]
    [InlineData("", NotApproved, false, null)]
    [InlineData("", NotApproved, true, Kind.DeadlineWithoutInstallation)]
    [InlineData("", Uninstall, false, Kind.CannotUninstall)]
    [InlineData("removable", Uninstall, false, null)]
    [InlineData("removable", Uninstall, true, null)]
    [InlineData("removable", Install, false, null)]
    [InlineData("expired", Install, false, Kind.Expired)]
    [InlineData("expired", OptionalInstall, false, Kind.Expired)]
    [InlineData("expired", NotApproved, false, Kind.Expired)]
    [InlineData("expired", Uninstall, false, Kind.CannotUninstall)]
    [InlineData("expired removable", Uninstall, false, null)]
    [InlineData("expired removable", Uninstall, true, null)]
    [InlineData("expired removable", Install, false, Kind.Expired)]
    [InlineData("asks", Install, false, null)]
    [InlineData("asks", Install, true, Kind.DeadlineWithUserInput)]
    [InlineData("asks removable", Uninstall, true, Kind.DeadlineWithUserInput)]
    [InlineData("asks removable", Uninstall, false, null)]
    [InlineData("declined", Install, false, Kind.Declined)]
    [InlineData("declined", NotApproved, false, Kind.Declined)]
    [InlineData("declined removable", Uninstall, false, Kind.Declined)]
    [InlineData("licensed", Install, false, Kind.EulaNotAccepted)]
    [InlineData("licensed", OptionalInstall, false, Kind.EulaNotAccepted)]
    [InlineData("licensed", NotApproved, false, null)]
    [InlineData("licensed removable", Uninstall, false, null)]
    [InlineData("licensed accepted", Install, false, null)]
    [InlineData("detectoid", Install, false, Kind.NothingToInstall)]
    [InlineData("category", Install, false, Kind.NothingToInstall)]
    [InlineData("bundled", Install, false, Kind.PartOfBundle)]
    public void Check_OneUpdate_TheRuleDecides(string traits, ApprovalAction action, bool hasDeadline, Kind? expected)
    {
        var update = _scene.Add("An update", traits);

        var objections = ApprovalRules.Check(_scene.View, new ApprovalPlan { Update = _scene[update], Group = ApprovalScene.Pilot, Action = action, Deadline = hasDeadline ? Soon : null });

        Assert.Equal(expected is { } kind ? [kind] : [], objections.Select(objection => objection.Kind));
        Assert.All(objections, objection => Assert.True(objection.Message.Length > 20 && objection.Message[^1] == '.', objection.Message));
    }

    [Fact]
    public void Check_NotApprovedOnAllComputers_IsRefusedThereAlone()
    {
        var update = _scene.Add("An update", "");

        Assert.Equal([Kind.NothingAbove], Check(update, TargetGroup.AllComputers, NotApproved));
        Assert.Empty(Check(update, TargetGroup.UnassignedComputers, NotApproved));
    }

    [Fact]
    public void Check_SeveralReasons_AreAllSaid()
    {
        var update = _scene.Add("An update", "expired declined asks licensed");

        var plan = new ApprovalPlan { Update = _scene[update], Group = ApprovalScene.Pilot, Action = Install, Deadline = Soon };

        Assert.Equal([Kind.Declined, Kind.Expired, Kind.DeadlineWithUserInput, Kind.EulaNotAccepted], ApprovalRules.Check(_scene.View, plan).Select(objection => objection.Kind));
    }

    [Fact]
    public void Check_LicencesOfABundle_AreThoseOfEverythingThatItBrings()
    {
        var deepest = _scene.Add("Deepest", "bundled licensed");
        var child = _scene.Add("Child", "bundled", brings: [[deepest]]);
        var bundle = _scene.Add("Bundle", "licensed", brings: [[child]]);

        var plan = new ApprovalPlan { Update = _scene[bundle], Group = ApprovalScene.Pilot };

        Assert.Equal([Kind.EulaNotAccepted], ApprovalRules.Check(_scene.View, plan).Select(objection => objection.Kind));
        Assert.Equal(2, Eulas.NotAccepted(_scene.View, _scene[bundle].Latest!).Count); // It was added with a revision.
        Assert.Empty(ApprovalRules.Check(_scene.View, plan with { AcceptsEula = true }));
    }

    [Theory]
    // the dependency's approval (where, what), then the plan for what depends on it
    [InlineData("Pilot", Uninstall, "Pilot", Install, true)]
    [InlineData("Pilot", Uninstall, "Pilot", OptionalInstall, true)]
    [InlineData("Pilot", Uninstall, "Pilot", NotApproved, false)]
    [InlineData("Pilot", Uninstall, "Pilot", Uninstall, false)]
    [InlineData("Pilot", Install, "Pilot", Uninstall, true)]
    [InlineData("Pilot", OptionalInstall, "Pilot", Uninstall, true)]
    [InlineData("Pilot", NotApproved, "Pilot", Uninstall, false)]
    [InlineData("Pilot", Install, "Pilot", Install, false)]
    [InlineData("All Computers", Uninstall, "Pilot", Install, true)] // inherited
    [InlineData("Pilot", Uninstall, "All Computers", Install, true)] // the plan is inherited
    [InlineData("Inner", Uninstall, "All Computers", Install, true)]
    [InlineData("Servers", Uninstall, "Pilot", Install, false)] // other computers
    [InlineData("Inner", Uninstall, "Servers", Install, false)]
    public void Check_PrerequisiteIsApproved_OppositeIsRefusedOnTheSameComputers(string where, ApprovalAction what, string planned, ApprovalAction action, bool isRefused)
    {
        var needed = _scene.Add("Needed", "removable");
        var update = _scene.Add("An update", "removable", needs: [[needed]]);
        _scene.Approve(needed, where, what);

        Assert.Equal(isRefused ? [Kind.OppositeOfDependency] : [], Check(update, _scene.Group(planned), action));
    }

    [Theory]
    [InlineData(Install, Uninstall, true)]
    [InlineData(Uninstall, Install, true)]
    [InlineData(Install, Install, false)]
    public void Check_DependentIsApproved_OppositeOfWhatItNeedsOrBringsIsRefused(ApprovalAction dependent, ApprovalAction action, bool isRefused)
    {
        var needed = _scene.Add("Needed", "removable");
        var brought = _scene.Add("Brought", "removable");
        var update = _scene.Add("An update", "removable", needs: [[needed]], brings: [[brought]]);
        _scene.Approve(update, "Pilot", dependent);

        Kind[] expected = isRefused ? [Kind.OppositeOfDependency] : [];
        Assert.Equal(expected, Check(needed, ApprovalScene.Pilot, action));
        Assert.Equal(expected, Check(brought, ApprovalScene.Pilot, action));
    }

    [Fact]
    public void Check_OneOfSeveralWouldDo_IsRefusedWhenAllAreOpposed()
    {
        var (first, second) = (_scene.Add("First", "removable"), _scene.Add("Second", "removable"));
        var update = _scene.Add("An update", "", needs: [[first, second]]);

        _scene.Approve(first, "Pilot", Uninstall);
        Assert.Empty(Check(update, ApprovalScene.Pilot, Install));

        _scene.Approve(second, "All Computers", Uninstall);
        Assert.Equal([Kind.OppositeOfDependency], Check(update, ApprovalScene.Pilot, Install));
    }

    [Fact]
    public void Check_GroupBelowDecidesForItself_IsNotOpposed()
    {
        var needed = _scene.Add("Needed", "removable");
        var update = _scene.Add("An update", "", needs: [[needed]]);
        _scene.Approve(needed, "Inner", Uninstall);
        _scene.Approve(update, "Inner", NotApproved);

        Assert.Empty(Check(update, ApprovalScene.Pilot, Install));
        Assert.Equal([Kind.OppositeOfDependency], Check(update, ApprovalScene.Pilot, Install, ApprovalReach.ApplyToChildren));
        Assert.Empty(Check(update, ApprovalScene.Inner, Install, ApprovalReach.SameAsParent));
    }

    [Fact]
    public void Check_SameAsParent_IsRefusedWhereWhatIsInheritedThenIsOpposite()
    {
        var needed = _scene.Add("Needed", "removable");
        var update = _scene.Add("An update", "", needs: [[needed]]);
        _scene.Approve(needed, "Inner", Uninstall);
        _scene.Approve(update, "Inner", NotApproved);
        _scene.Approve(update, "Pilot", Install);

        Assert.Equal([Kind.OppositeOfDependency], Check(update, ApprovalScene.Inner, Install, ApprovalReach.SameAsParent));
    }

    [Theory]
    [InlineData(ApprovalReach.KeepChildren, "Pilot Inner Servers")]
    [InlineData(ApprovalReach.ApplyToChildren, "Pilot Servers")]
    [InlineData(ApprovalReach.SameAsParent, "Inner Servers")]
    public void After_EachReach_LeavesTheApprovalsThatItSays(ApprovalReach reach, string groups)
    {
        var update = _scene.Add("An update", "");
        foreach (var group in new[] { "Pilot", "Inner", "Servers" }) _scene.Approve(update, group, OptionalInstall);

        var after = new ApprovalPlan { Update = _scene[update], Group = ApprovalScene.Pilot, Action = Install, Reach = reach }.After(_scene.View.Groups);

        Assert.Equal(groups.Split(' ').Order(), after.Select(approval => _scene.View.Groups.Find(approval.GroupId)!.Name).Order()); // The scene made all of them.
        Assert.Equal(reach == ApprovalReach.SameAsParent ? 0 : 1, after.Count(approval => approval.Action == Install));
    }

    private IEnumerable<Kind> Check(Guid update, TargetGroup group, ApprovalAction action, ApprovalReach reach = ApprovalReach.KeepChildren) =>
        ApprovalRules.Check(_scene.View, new ApprovalPlan { Update = _scene[update], Group = group, Action = action, Reach = reach }).Select(objection => objection.Kind);
}
