using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Approvals.Rules;

/// <summary>What rules make of updates: what they are about, which of them decides, and what keeps them from it.</summary>
public sealed class RuleJudgeTests
{
    private readonly RuleScene _scene = new();

    [Theory]
    // the update's categories; the rule's classifications, products and title; whether it is about it
    [InlineData("Doors 1,Security Updates", "", "", "", true)]
    [InlineData("Doors 1,Security Updates", "Security Updates", "", "", true)]
    [InlineData("Doors 1,Security Updates", "Definition Updates", "", "", false)]
    [InlineData("Doors 1,Security Updates", "Definition Updates,Security Updates", "", "", true)]
    [InlineData("Doors 1,Security Updates", "", "Doors 1", "", true)]
    [InlineData("Doors 1,Security Updates", "", "Doors 2", "", false)]
    [InlineData("Doors 1,Security Updates", "", "Doors", "", true)] // a family stands for what is below
    [InlineData("Doors 1,Security Updates", "", "Contoso", "", true)]
    [InlineData("Doors 1,Security Updates", "", "Bureau", "", false)]
    [InlineData("Doors,Security Updates", "", "Doors 1", "", false)] // and not for what is above
    [InlineData("Doors 1,Security Updates", "Security Updates", "Bureau", "", false)] // both
    [InlineData("Doors 1,Security Updates", "Security Updates", "Doors", "an update *", true)]
    [InlineData("Doors 1,Security Updates", "Security Updates", "Doors", "another *", false)]
    [InlineData("", "", "", "", true)]
    [InlineData("", "Security Updates", "", "", false)]
    public void Judge_Conditions_AllHaveToHold(string categories, string classifications, string products, string title, bool isAbout)
    {
        var update = _scene.Update("An update for Doors", categories: Ids(categories));
        var rule = RuleScene.Rule() with { Classifications = [.. Ids(classifications)], Products = [.. Ids(products)], Title = title };

        var verdicts = _scene.Judge(update, rule);

        Assert.Equal(isAbout ? [RuleSkipReason.None] : [], verdicts.Select(verdict => verdict.Reason));
    }

    [Theory]
    [InlineData("declined", false, RuleSkipReason.Declined)]
    [InlineData("expired", false, RuleSkipReason.Expired)]
    [InlineData("licensed", false, RuleSkipReason.EulaNotAccepted)]
    [InlineData("licensed accepted", false, RuleSkipReason.None)]
    [InlineData("asks", false, RuleSkipReason.None)]
    [InlineData("asks", true, RuleSkipReason.DeadlineWithUserInput)]
    public void Judge_WhatAnAdministratorMayNotDecide_IsSkippedWithTheReason(string traits, bool hasDeadline, RuleSkipReason expected)
    {
        var update = _scene.Update("An update", traits);
        var rule = RuleScene.Rule() with { Deadline = hasDeadline ? new RuleDeadline(7, new TimeOnly(3, 0), IsFloating: false) : null };

        var verdict = Assert.Single(_scene.Judge(update, rule));

        Assert.Equal((expected, expected == RuleSkipReason.None, expected != RuleSkipReason.None), (verdict.Reason, verdict.Approval is not null, verdict.Words.Length > 0));
    }

    [Theory]
    [InlineData("bundled")]
    [InlineData("detectoid")]
    [InlineData("category")]
    public void Judge_WhatNobodyApprovesByItself_IsNoConcernOfRules(string traits) => Assert.Empty(_scene.Judge(_scene.Update("Not approved by itself", traits), RuleScene.Rule()));

    [Fact]
    public void Judge_LicenceOfWhatItBrings_HasToBeAcceptedToo()
    {
        var child = _scene.Update("Child", "bundled licensed");
        var bundle = _scene.Update("Bundle", brings: [[child]]);

        Assert.Equal(RuleSkipReason.EulaNotAccepted, Assert.Single(_scene.Judge(bundle, RuleScene.Rule())).Reason);
    }

    [Theory]
    [InlineData(ApprovalAction.Install)]
    [InlineData(ApprovalAction.NotApproved)]
    [InlineData(ApprovalAction.OptionalInstall)]
    public void Judge_DecidedAlready_IsLeftAloneThereAlone(ApprovalAction action)
    {
        var update = _scene.Update("An update");
        _scene.Approvals.Approve(update, "Pilot", action);

        var verdicts = _scene.Judge(update, RuleScene.Rule("Rule", 1, ApprovalScene.Pilot, ApprovalScene.Servers));

        Assert.Equal(
            [(ApprovalScene.Pilot.Id, RuleSkipReason.AlreadyDecided), (ApprovalScene.Servers.Id, RuleSkipReason.None)],
            verdicts.Select(verdict => (verdict.GroupId, verdict.Reason)));
    }

    [Fact]
    public void Judge_SeveralRulesForOneGroup_TheFirstThatMatchesDecidesAlsoWhereItMayNot()
    {
        var update = _scene.Update("An update", "asks");
        var strict = RuleScene.Rule("Strict", 1) with { Deadline = new RuleDeadline(0, default, IsFloating: false) };
        var mild = RuleScene.Rule("Mild", 2, ApprovalScene.Pilot, ApprovalScene.Servers);
        var other = RuleScene.Rule("Other", 0) with { Classifications = [_scene.Definitions] };

        var verdicts = _scene.Judge(update, mild, other, strict);

        Assert.Equal(
            [("Strict", ApprovalScene.Pilot.Id, RuleSkipReason.DeadlineWithUserInput), ("Mild", ApprovalScene.Servers.Id, RuleSkipReason.None)],
            verdicts.Select(verdict => (verdict.Rule.Name, verdict.GroupId, verdict.Reason)));
    }

    [Fact]
    public void Judge_WhatItNeedsIsToBeRemovedThere_IsSkipped()
    {
        var needed = _scene.Update("Needed", "removable");
        _scene.Approvals.Approve(needed, "All Computers", ApprovalAction.Uninstall);
        var update = _scene.Update("An update", needs: [[needed]]);
        var neededByWhatGoes = _scene.Update("Needed by what is removed");
        var going = _scene.Update("Going", "removable", needs: [[neededByWhatGoes]]);
        _scene.Approvals.Approve(going, "Pilot", ApprovalAction.Uninstall);

        Assert.Equal(RuleSkipReason.OppositeOfDependency, Assert.Single(_scene.Judge(update, RuleScene.Rule())).Reason);
        Assert.Equal(RuleSkipReason.OppositeOfDependency, Assert.Single(_scene.Judge(neededByWhatGoes, RuleScene.Rule())).Reason);
        Assert.Equal(RuleSkipReason.None, Assert.Single(_scene.Judge(neededByWhatGoes, RuleScene.Rule("Rule", 1, ApprovalScene.Servers))).Reason);
    }

    [Fact]
    public void Judge_GroupThatIsGone_IsSkipped()
    {
        var update = _scene.Update("An update");
        _scene.Approvals.Apply(new ViewRecord.Group(_scene.Approvals.Next(), ApprovalScene.Servers.Id, null));

        Assert.Equal(RuleSkipReason.GroupGone, Assert.Single(_scene.Judge(update, RuleScene.Rule("Rule", 1, ApprovalScene.Servers))).Reason);
    }

    [Theory]
    [InlineData(0, false, "2026-11-21T03:30:00Z")]
    [InlineData(7, false, "2026-11-28T03:30:00Z")]
    [InlineData(10, true, "2026-12-01T03:30:00Z")]
    public void Judge_Deadline_IsCountedFromTheApprovalsDay(int days, bool isFloating, string expected)
    {
        var update = _scene.Update("An update");
        var rule = RuleScene.Rule() with { Deadline = new RuleDeadline(days, new TimeOnly(3, 30), isFloating) };

        var approval = Assert.Single(_scene.Judge(update, rule)).Approval!; // it is approved

        Assert.Equal(new Approval(update, ApprovalScene.Pilot.Id, 100, ApprovalAction.Install, DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)) { IsDeadlineFloating = isFloating }, approval);
    }

    [Fact]
    public void Judge_Superseded_IsApprovedLikeOthers()
    {
        var old = _scene.Update("Old");
        _scene.Update("New", supersedes: [old]);

        Assert.Equal(RuleSkipReason.None, Assert.Single(_scene.Judge(old, RuleScene.Rule() with { Action = ApprovalAction.OptionalInstall })).Reason);
    }

    [Fact]
    public void Judge_AnyRules_DoesNotHangOnTheOrderInWhichTheyAreListedAndDecidesOnceAGroup()
    {
        TargetGroup[] groups = [ApprovalScene.Pilot, ApprovalScene.Inner, ApprovalScene.Servers, TargetGroup.AllComputers];
        var updates = new[] { "", "asks", "licensed", "declined", "expired" }.Select((traits, index) => _scene.Update($"Update {index}", traits, categories: index % 2 == 0 ? [_scene.DoorsOne] : [_scene.Bureau])).ToArray();
        _scene.Approvals.Approve(updates[0], "Inner", ApprovalAction.NotApproved);
        var rules = from number in Gen.Choose(0, 15)
                    from order in Gen.Choose(1, 3)
                    from product in Gen.Choose(0, 2)
                    from hasDeadline in Gen.Choose(0, 1)
                    select new ApprovalRule
                    {
                        Id = Guid.NewGuid(),
                        Name = "Rule",
                        Order = order,
                        Groups = [.. groups.Where((_, index) => (number & (1 << index)) != 0).Select(each => each.Id)],
                        Products = product == 0 ? [] : [product == 1 ? _scene.Family : _scene.Bureau],
                        Deadline = hasDeadline == 1 ? new RuleDeadline(1, default, IsFloating: false) : null,
                    };

        Prop.ForAll(
            (from list in rules.ListOf() from seed in Gen.Choose(0, int.MaxValue) select (Rules: list.ToArray(), Seed: seed)).ToArbitrary(),
            sample =>
            {
                ApprovalRule[] shuffled = [.. sample.Rules];
                new Random(sample.Seed).Shuffle(shuffled);
                return updates.All(update =>
                {
                    var (one, other) = (_scene.Judge(update, sample.Rules), _scene.Judge(update, shuffled));
                    var first = one.All(verdict => sample.Rules.Where(rule => rule.Groups.Contains(verdict.GroupId) && new RuleJudge(_scene.View, [rule], RuleScene.Now).Judge(_scene[update]).Count > 0)
                        .All(rule => (verdict.Rule.Order, verdict.Rule.Id).CompareTo((rule.Order, rule.Id)) <= 0));
                    var allowed = one.Where(verdict => verdict.Approval is not null).All(verdict => ApprovalRules.Check(_scene.View, new ApprovalPlan
                    {
                        Update = _scene[update], Group = _scene.View.Groups.Find(verdict.GroupId)!, Deadline = verdict.Approval!.Deadline, // an approval is for a group that is there
                    }).Count == 0);
                    return one.SequenceEqual(other) && one.DistinctBy(verdict => verdict.GroupId).Count() == one.Count && first && allowed;
                });
            }).QuickCheckThrowOnFailure();
    }

    private IEnumerable<Guid> Ids(string names) => names.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(_scene.Named);
}
