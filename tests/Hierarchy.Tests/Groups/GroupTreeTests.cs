using Hierarchy.Domain.Groups;
using Xunit;

namespace Hierarchy.Tests.Groups;

public sealed class GroupTreeTests
{
    private static readonly TargetGroup Offices = new(Guid.NewGuid(), "Offices", TargetGroup.AllComputers.Id);
    private static readonly TargetGroup Berlin = new(Guid.NewGuid(), "Berlin", Offices.Id);

    [Fact]
    public void MembershipOf_NestedGroup_CountsItsAncestors()
    {
        var membership = new GroupTree([Berlin, Offices]).MembershipOf(["berlin"]);

        Assert.Equal(["Berlin"], membership.Direct);
        Assert.True(membership.TryGetDepth(Berlin.Id, out var depth));
        Assert.Equal(2, depth);
        Assert.True(membership.TryGetDepth(TargetGroup.AllComputers.Id, out depth));
        Assert.Equal(0, depth);
        Assert.False(membership.TryGetDepth(TargetGroup.UnassignedComputers.Id, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("No Such Group")]
    [InlineData("All Computers")]
    public void MembershipOf_NoKnownGroup_IsUnassigned(string name)
    {
        var membership = new GroupTree([Offices]).MembershipOf([name]);

        Assert.Equal(["Unassigned Computers"], membership.Direct);
        Assert.True(membership.TryGetDepth(TargetGroup.UnassignedComputers.Id, out _));
    }

    [Fact]
    public void MembershipOf_UnassignedBesideAGroup_IsInTheGroupAlone()
    {
        var tree = new GroupTree([Offices]);

        Assert.Equal(["Offices"], tree.MembershipOf(["Unassigned Computers", "Offices"]).Direct);
        Assert.Equal(tree.MembershipOf(["Offices"]).ScopeHash, tree.MembershipOfGroups([TargetGroup.UnassignedComputers.Id, Offices.Id, TargetGroup.AllComputers.Id]).ScopeHash);
        Assert.Equal([TargetGroup.UnassignedComputers.Id], tree.DirectIdsOfGroups([TargetGroup.UnassignedComputers.Id]));
    }

    [Theory]
    [InlineData("Berlin;Pilot")]
    [InlineData(" pilot ; nobody;; BERLIN;")]
    public void MembershipOf_SeveralNamesInOneText_CountsEach(string names)
        => Assert.Equal(["Berlin", "Pilot"], new GroupTree([Berlin, Offices, new TargetGroup(Guid.NewGuid(), "Pilot", TargetGroup.AllComputers.Id)]).MembershipOf([names]).Direct);

    [Fact]
    public void IsWithin_AnyDepth_IsTold()
    {
        var tree = new GroupTree([Offices, Berlin]);

        Assert.True(tree.IsWithin(Berlin.Id, Offices.Id));
        Assert.True(tree.IsWithin(Berlin.Id, TargetGroup.AllComputers.Id));
        Assert.True(tree.IsWithin(Offices.Id, Offices.Id));
        Assert.False(tree.IsWithin(Offices.Id, Berlin.Id));
        Assert.False(tree.IsWithin(TargetGroup.AllComputers.Id, Berlin.Id));
    }

    [Fact]
    public void ScopeHash_OrderOfNames_DoesNotMatter()
    {
        var tree = new GroupTree([Berlin, Offices, new TargetGroup(Guid.NewGuid(), "Pilot", TargetGroup.AllComputers.Id)]);

        Assert.Equal(tree.MembershipOf(["Berlin", "Pilot"]).ScopeHash, tree.MembershipOf(["pilot", "BERLIN", "Offices"]).ScopeHash);
        Assert.NotEqual(tree.MembershipOf(["Berlin"]).ScopeHash, tree.MembershipOf(["Pilot"]).ScopeHash);
    }

    [Fact]
    public void ScopeHash_GroupMovedDeeper_Changes()
    {
        var pilot = new TargetGroup(Guid.NewGuid(), "Pilot", TargetGroup.AllComputers.Id);
        var before = new GroupTree([Offices, pilot]).MembershipOf(["Pilot"]);
        var after = new GroupTree([Offices, pilot with { ParentId = Offices.Id }]).MembershipOf(["Pilot"]);

        Assert.NotEqual(before.ScopeHash, after.ScopeHash);
    }

    [Fact]
    public void GroupTree_LoopAndMissingParent_HangUnderAllComputers()
    {
        var one = new TargetGroup(Guid.NewGuid(), "One", null);
        var two = new TargetGroup(Guid.NewGuid(), "Two", one.Id);
        one = one with { ParentId = two.Id };
        var orphan = new TargetGroup(Guid.NewGuid(), "Orphan", Guid.NewGuid());

        var tree = new GroupTree([one, two, orphan]);

        Assert.Equal(1, tree.DepthOf(orphan.Id));
        Assert.Equal(2, tree.DepthOf(one.Id));
        Assert.True(tree.MembershipOf(["One"]).TryGetDepth(two.Id, out _));
    }
}
