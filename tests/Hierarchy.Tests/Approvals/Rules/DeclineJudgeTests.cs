using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Approvals.Rules;
using Xunit;

namespace Hierarchy.Tests.Approvals.Rules;

/// <summary>Which superseded updates a rule declines, and which stay.</summary>
public sealed class DeclineJudgeTests
{
    private static readonly DateTimeOffset Old = RuleScene.Now.AddDays(-31);
    private readonly RuleScene _scene = new();

    [Theory]
    // approvals of the old one, of the new one (group action, …), what becomes of the old one
    [InlineData("", "", DeclineVerdict.NotReplaced)]
    [InlineData("", "Servers Install", DeclineVerdict.Decline)] // approved nowhere, replaced somewhere
    [InlineData("", "Servers NotApproved", DeclineVerdict.NotReplaced)]
    [InlineData("Pilot Install", "", DeclineVerdict.NotReplaced)]
    [InlineData("Pilot Install", "Pilot Install", DeclineVerdict.Decline)]
    [InlineData("Pilot Install", "All Computers Install", DeclineVerdict.Decline)] // a wider group
    [InlineData("Pilot Install", "Inner Install", DeclineVerdict.NotReplaced)] // a narrower one
    [InlineData("Pilot Install", "Servers Install", DeclineVerdict.NotReplaced)]
    [InlineData("Pilot Install", "Pilot Install, Inner NotApproved", DeclineVerdict.NotReplaced)] // in Inner it would be missing
    [InlineData("Pilot Install, Inner NotApproved", "Pilot Install, Inner NotApproved", DeclineVerdict.Decline)]
    [InlineData("Pilot Install", "Pilot OptionalInstall", DeclineVerdict.NotReplaced)] // offered is less than installed
    [InlineData("Pilot OptionalInstall", "Pilot OptionalInstall", DeclineVerdict.Decline)]
    [InlineData("Pilot OptionalInstall", "Pilot Install", DeclineVerdict.Decline)]
    [InlineData("Pilot Uninstall", "All Computers Install", DeclineVerdict.BeingUninstalled)]
    public void Judge_Approvals_WhatReplacesItHasToBeApprovedWhereverItIs(string approvals, string replacing, DeclineVerdict expected)
    {
        var (old, @new) = Pair();
        Approve(old, approvals);
        Approve(@new, replacing);

        Assert.Equal(expected, Judge(old));
        Assert.Equal(expected == DeclineVerdict.NotReplaced ? DeclineVerdict.Decline : expected, Judge(old, Rule() with { EvenIfNotReplaced = true }));
    }

    [Theory]
    [InlineData(30, 31, DeclineVerdict.Decline)]
    [InlineData(30, 30, DeclineVerdict.Decline)]
    [InlineData(30, 29, DeclineVerdict.TooYoung)]
    [InlineData(0, 0, DeclineVerdict.Decline)]
    [InlineData(0, null, DeclineVerdict.Decline)]
    [InlineData(1, null, DeclineVerdict.TooYoung)] // nobody knows since when it is here
    public void Judge_Age_IsThatOfItsFirstRevision(int days, int? age, DeclineVerdict expected)
    {
        var old = _scene.Update("Old", arrived: age is { } some ? RuleScene.Now.AddDays(-some) : null);
        _scene.Update("Old", arrived: RuleScene.Now, id: old, revision: 101);
        var @new = _scene.Update("New", supersedes: [old]);
        Approve(@new, "All Computers Install");

        Assert.Equal(expected, Judge(old, Rule() with { OlderThanDays = days }));
    }

    [Theory]
    [InlineData(0, false, DeclineVerdict.Decline)]
    [InlineData(1, false, DeclineVerdict.Needed)]
    [InlineData(1, true, DeclineVerdict.Decline)]
    public void Judge_Needed_StaysUnlessTheRuleSaysOtherwise(int needing, bool evenIfNeeded, DeclineVerdict expected)
    {
        var (old, @new) = Pair();
        Approve(@new, "All Computers Install");

        Assert.Equal(expected, Judge(old, Rule() with { EvenIfNeeded = evenIfNeeded }, needing));
    }

    [Theory]
    [InlineData("declined")]
    [InlineData("expired")]
    public void Judge_ReplacedByWhatIsNotLive_IsNotMeant(string traits)
    {
        var old = _scene.Update("Old", arrived: Old);
        _scene.Update("New", traits, supersedes: [old]);

        Assert.Equal(DeclineVerdict.NotMeant, Judge(old, Rule() with { EvenIfNotReplaced = true, EvenIfNeeded = true }));
        Assert.Empty(new DeclineJudge(_scene.View, RuleScene.Now).Superseded());
    }

    [Fact]
    public void Judge_NotSuperseded_IsNotMeantWhateverTheRule()
    {
        var update = _scene.Update("An update", arrived: Old);

        Assert.Equal(DeclineVerdict.NotMeant, Judge(update, Rule() with { EvenIfNotReplaced = true, EvenIfNeeded = true, OlderThanDays = 0 }));
    }

    [Fact]
    public void Judge_EndOfTheChainIsApproved_ReplacesAllBelow()
    {
        var (first, second) = Pair();
        var third = _scene.Update("Third", supersedes: [second]);
        Approve(first, "Pilot Install");
        Approve(third, "All Computers Install");

        Assert.Equal(DeclineVerdict.Decline, Judge(first));
        Assert.Equal(DeclineVerdict.TooYoung, Judge(second));
        Assert.Equal(new[] { first, second }.Order(), new DeclineJudge(_scene.View, RuleScene.Now).Superseded().Select(update => update.UpdateId));
    }

    [Fact]
    public void Judge_WhatALiveUpdateBrings_Stays()
    {
        var (old, @new) = Pair();
        Approve(@new, "All Computers Install");
        _scene.Update("Bundle", brings: [[old]]);

        Assert.Equal(DeclineVerdict.Bundled, Judge(old));
    }

    [Fact]
    public void Judge_PartOfABundleAlone_IsNotMeant()
    {
        var old = _scene.Update("Old", "bundled", arrived: Old);
        Approve(_scene.Update("New", supersedes: [old]), "All Computers Install");

        Assert.Equal(DeclineVerdict.NotMeant, Judge(old));
    }

    private (Guid Old, Guid New) Pair()
    {
        var old = _scene.Update("Old", "removable", arrived: Old);
        return (old, _scene.Update("New", supersedes: [old]));
    }

    private void Approve(Guid update, string approvals)
    {
        foreach (var approval in approvals.Split(", ", StringSplitOptions.RemoveEmptyEntries))
            _scene.Approvals.Approve(update, approval[..approval.LastIndexOf(' ')], Enum.Parse<ApprovalAction>(approval[(approval.LastIndexOf(' ') + 1)..]));
    }

    private DeclineVerdict Judge(Guid update, DeclineRule? rule = null, int needing = 0) => new DeclineJudge(_scene.View, RuleScene.Now).Judge(rule ?? Rule(), _scene[update], needing);

    private static DeclineRule Rule() => new() { Id = Guid.NewGuid(), Name = "Superseded" };
}
