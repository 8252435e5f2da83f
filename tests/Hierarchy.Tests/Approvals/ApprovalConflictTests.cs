using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Groups;
using Xunit;

namespace Hierarchy.Tests.Approvals;

public sealed class ApprovalConflictTests
{
    private static readonly Guid Update = Guid.NewGuid();
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);
    private static readonly TargetGroup A = new(new Guid("00000000-0000-0000-0000-00000000000a"), "A", TargetGroup.AllComputers.Id);
    private static readonly TargetGroup B = new(new Guid("00000000-0000-0000-0000-00000000000b"), "B", TargetGroup.AllComputers.Id);
    private static readonly TargetGroup Deep = new(new Guid("00000000-0000-0000-0000-00000000000d"), "Deep", A.Id);
    private static readonly Membership InAll = new GroupTree([A, B, Deep]).MembershipOf(["Deep", "B"]);

    public static TheoryData<string, ApprovalAction, int, string, ApprovalAction, int, string> Cases => new()
    {
        // group, action, deadline in days (0: none) of two approvals; the group that wins
        { "A", ApprovalAction.Install, 0, "Deep", ApprovalAction.Uninstall, 0, "Deep" },
        { "A", ApprovalAction.Install, 0, "Deep", ApprovalAction.NotApproved, 0, "Deep" },
        { "A", ApprovalAction.NotApproved, 0, "B", ApprovalAction.Uninstall, 0, "B" },
        { "A", ApprovalAction.Install, 0, "B", ApprovalAction.Uninstall, 1, "A" },
        { "A", ApprovalAction.OptionalInstall, 0, "B", ApprovalAction.Install, 0, "B" },
        { "A", ApprovalAction.Install, 0, "B", ApprovalAction.Install, 5, "B" },
        { "A", ApprovalAction.Install, 2, "B", ApprovalAction.Install, 5, "A" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Resolve_TwoApprovals_TheRuleDecides(string left, ApprovalAction leftAction, int leftDays, string right, ApprovalAction rightAction, int rightDays, string winner)
    {
        Approval[] approvals = [Make(left, leftAction, leftDays), Make(right, rightAction, rightDays)];

        Assert.Equal(GroupOf(winner).Id, ApprovalConflict.Resolve(approvals, InAll)?.GroupId);
        Assert.Equal(GroupOf(winner).Id, ApprovalConflict.Resolve(approvals.Reverse().ToArray(), InAll)?.GroupId);
    }

    [Fact]
    public void Resolve_ApprovalOfAnotherGroup_DoesNotCount() =>
        Assert.Null(ApprovalConflict.Resolve([Make("B", ApprovalAction.Install, 0)], new GroupTree([A, B]).MembershipOf(["A"])));

    [Fact]
    public void Resolve_AnyOrder_SameWinner()
    {
        var approval = ArbMap.Default.GeneratorFor<int>().Select(number => Make(
            new[] { "A", "B", "Deep" }[Math.Abs(number % 3)], (ApprovalAction)(1 + Math.Abs(number / 3 % 4)), Math.Abs(number / 12 % 4)));
        Prop.ForAll(
            approval.ListOf().ToArbitrary(),
            approvals =>
            {
                // One approval per update and group, as the log's key has it.
                var unique = approvals.DistinctBy(each => each.GroupId).ToArray();
                var winner = ApprovalConflict.Resolve(unique, InAll);
                return Equals(winner, ApprovalConflict.Resolve(unique.Reverse().ToArray(), InAll)) && (unique.Length == 0) == (winner is null);
            }).QuickCheckThrowOnFailure();
    }

    private static Approval Make(string group, ApprovalAction action, int days) =>
        new(Update, GroupOf(group).Id, 100, action, days == 0 ? null : Monday.AddDays(days));

    private static TargetGroup GroupOf(string name) => name switch { "A" => A, "B" => B, _ => Deep };
}
