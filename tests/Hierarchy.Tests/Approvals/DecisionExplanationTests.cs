using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Approvals;

public sealed class DecisionExplanationTests
{
    private static readonly string[] GroupNames = ["All Computers", "Unassigned Computers", "Pilot", "Inner", "Servers"];
    private static readonly string[] Traits = ["", "removable", "expired", "declined", "bundled", "detectoid", "expired detectoid", "expired declined"];
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Pilot Install; Inner NotApproved", "Inner", "It loses: Inner lies deeper.")]
    [InlineData("Pilot NotApproved; Servers Uninstall", "Pilot Servers", "at equal depth, not approved loses to everything")]
    [InlineData("Pilot Install; Servers Uninstall", "Pilot Servers", "at equal depth, installing beats uninstalling")]
    [InlineData("Pilot Install; Servers OptionalInstall", "Pilot Servers", "at equal depth, required beats optional")]
    [InlineData("Pilot Install 1; Servers Install", "Pilot Servers", "a deadline beats none")]
    [InlineData("Pilot Install 1; Servers Install 2", "Pilot Servers", "the earlier deadline counts")]
    [InlineData("Pilot Install; Servers Install", "Pilot Servers", "the lower id")]
    [InlineData("Servers Install", "Pilot", "What is decided for Servers does not count")]
    [InlineData("", "Pilot", "Nothing is decided for any of its groups.")]
    [InlineData("", "", "The computer is in Unassigned Computers")]
    public void Of_EachRule_IsSaid(string approvals, string groups, string words)
    {
        var scene = new ApprovalScene();
        var update = scene.Add("An update", "removable");
        foreach (var each in approvals.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(' ')))
            scene.Approve(update, each[0], Enum.Parse<ApprovalAction>(each[1]), each.Length > 2 ? Monday.AddDays(int.Parse(each[2], System.Globalization.CultureInfo.InvariantCulture)) : null);

        var explanation = DecisionExplanation.Of(scene.View, scene[update], scene.View.Groups.MembershipOf(groups.Split(' ')));

        Assert.Contains(words, string.Join('\n', explanation.Reasons), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("declined", "It is declined")]
    [InlineData("expired", "Its publisher withdrew it")]
    [InlineData("detectoid", "It is a detectoid")]
    [InlineData("", "Nothing unapproved is installed.")]
    public void Of_EachState_IsSaid(string traits, string words)
    {
        var scene = new ApprovalScene();
        var update = scene.Add("An update", traits);

        var explanation = DecisionExplanation.Of(scene.View, scene[update], scene.View.Groups.MembershipOf([]));

        Assert.Contains(words, string.Join('\n', explanation.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_PartOfABundle_NamesTheBundle()
    {
        var scene = new ApprovalScene();
        var child = scene.Add("Child", "bundled");
        scene.Add("Its bundle", "", brings: [[child]]);

        var explanation = DecisionExplanation.Of(scene.View, scene[child], scene.View.Groups.MembershipOf([]));

        Assert.Equal(DecisionAction.Bundle, explanation.Action);
        Assert.Contains("'Its bundle'", string.Join('\n', explanation.Reasons), StringComparison.Ordinal);
    }

    /// <summary>Random updates, approvals, revisions and memberships: what is explained is what is decided, and neither depends on an order.</summary>
    [Fact]
    public void Of_Anything_AgreesWithTheDecisionWhateverTheOrder() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<int>().ToArbitrary(),
        seed =>
        {
            var random = new Random(seed);
            var scene = new ApprovalScene();
            var update = scene.Add("An update", Traits[random.Next(Traits.Length)], revision: 100);
            if (random.Next(3) == 0) scene.Add("Its bundle", random.Next(4) == 0 ? "declined" : "", brings: [[update]]);
            foreach (var group in GroupNames.Where(_ => random.Next(2) == 0))
            {
                DateTimeOffset? deadline = random.Next(2) == 0 ? Monday.AddDays(random.Next(3)) : null;
                var approval = new Approval(update, scene.Group(group).Id, 100, (ApprovalAction)random.Next(1, 5), deadline) { IsDeadlineFloating = deadline is not null && random.Next(2) == 0 };
                scene.Apply(new ViewRecord.Approved(scene.Next(), approval));
            }

            if (random.Next(4) == 0) scene.Add("An update", Traits[random.Next(Traits.Length)], id: update, revision: 101);
            var names = GroupNames.Where(_ => random.Next(2) == 0).ToArray();
            return Agrees(scene.View, scene[update], scene.View.Groups.MembershipOf(names))
                && Decide(scene.View, scene[update], scene.View.Groups.MembershipOf(names)) == Decide(
                    scene.View, scene[update] with { Approvals = [.. scene[update].Approvals.Reverse()] }, scene.View.Groups.MembershipOf(names.Reverse().Concat(names)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static bool Agrees(ServedView view, UpdateEntry update, Membership membership)
    {
        var explanation = DecisionExplanation.Of(view, update, membership);
        return Decide(view, update, membership) is { } decision
            ? (decision.Action, decision.Entry.Id.RevisionNumber, decision.Deadline, decision.IsDeadlineFloating)
                == (explanation.Action, explanation.RevisionNumber, explanation.Deadline, explanation.IsDeadlineFloating)
            : explanation.Action is null;
    }

    private static Decision? Decide(ServedView view, UpdateEntry update, Membership membership)
    {
        var decisions = new List<Decision>();
        view.Decide(update, membership, decisions);
        // Older revisions that a bundle names come before what is decided about the update.
        return decisions.Count == 0 ? null : decisions[^1];
    }
}
