using System.Net;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Sites;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Approvals;

/// <summary>When a deadline falls due on a computer, as every part of a server says it.</summary>
public sealed class DueMomentTests
{
    private static readonly DateTimeOffset ThreeOnTheWall = new(2026, 12, 1, 3, 0, 0, TimeSpan.Zero);
    private static readonly ComputerFacts InBerlin = new("pc") { Address = IPAddress.Parse("10.1.0.1") };

    [Theory]
    [InlineData("Europe/Berlin", null, 2, "and its site berlin is in Europe/Berlin")]
    [InlineData("Europe/Berlin", -300, 8, "its clock was behind UTC by 05:00")]
    [InlineData("", 60, 2, "its clock was ahead of UTC by 01:00")]
    [InlineData("", null, 3, "its site has no time zone: taken for UTC")]
    [InlineData("Mars/Olympus", null, 3, "this server does not know the zone Mars/Olympus")]
    public void DueAt_FloatingDeadline_IsByItsOwnOffsetElseItsSitesZoneElseUtcAndExplained(string zone, int? offset, int hour, string words)
    {
        var scene = new ApprovalScene();
        var update = scene.Add("An update", "");
        scene.Apply(
            new ViewRecord.Site(scene.Next(), "berlin", new Site("berlin", [Subnet.Parse("10.1.0.0/16")]) { TimeZone = zone }),
            new ViewRecord.Approved(scene.Next(), new Approval(update, TargetGroup.AllComputers.Id, 100, ApprovalAction.Install, ThreeOnTheWall) { IsDeadlineFloating = true }));
        var computer = InBerlin with { UtcOffset = offset is { } minutes ? TimeSpan.FromMinutes(minutes) : null };

        Assert.Equal(new DateTimeOffset(2026, 12, 1, hour, 0, 0, TimeSpan.Zero), scene.View.DueAt(ThreeOnTheWall, isFloating: true, computer));
        Assert.Equal(ThreeOnTheWall, scene.View.DueAt(ThreeOnTheWall, isFloating: false, computer));
        Assert.Null(scene.View.DueAt(deadline: null, isFloating: true, computer));
        var reason = DecisionExplanation.Of(scene.View, scene[update], computer).Reasons[^1];
        Assert.Contains($"2026-12-01 {hour:00}:00 UTC", reason, StringComparison.Ordinal);
        Assert.Contains(words, reason, StringComparison.Ordinal);
    }
}
