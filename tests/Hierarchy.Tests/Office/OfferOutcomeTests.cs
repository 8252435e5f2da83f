using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Office;
using Hierarchy.Domain.Reports;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Office;

/// <summary>"Why was this not offered?" has an answer in words for every computer and update.</summary>
public sealed class OfferOutcomeTests
{
    private static readonly OfficeInstallation Held = new() { Line = OfficeProductLine.Office2003, SourceKind = OfficeSourceKind.AdministrativeInstallPoint, SourceState = OfficeSourceState.Updated };
    private static readonly OfficeProduct[] For2003 = [new(OfficeProductLine.Office2003, "")];

    [Fact]
    public void Explain_ComputerThatNeverReported_SaysSo()
        => Assert.Equal(["The computer never reported: whether it needs the update is not known."], new OfferOutcome { Action = DecisionAction.Install, IsSeen = false }.Explain());

    [Theory]
    [InlineData(DecisionAction.Install, "it evaluates at its next detection")]
    [InlineData(null, "it is not told of it")]
    public void Explain_NothingSaidOfTheUpdate_SaysWhy(DecisionAction? action, string expected)
        => Assert.Contains(expected, Assert.Single(new OfferOutcome { Action = action, IsSeen = true }.Explain()), StringComparison.Ordinal);

    [Theory]
    [InlineData(UpdateState.NotApplicable, DecisionAction.Install, "does not apply")]
    [InlineData(UpdateState.NotInstalled, DecisionAction.Install, "needed and approved, and not installed yet")]
    [InlineData(UpdateState.NotInstalled, DecisionAction.Evaluate, "nothing is installed that is not approved")]
    [InlineData(UpdateState.Downloaded, DecisionAction.Install, "downloaded")]
    [InlineData(UpdateState.Installed, DecisionAction.Install, "It is installed")]
    [InlineData(UpdateState.InstalledPendingReboot, DecisionAction.Install, "has to be restarted")]
    [InlineData(UpdateState.Failed, DecisionAction.Install, "code 1603 (0x00000643)")]
    public void Explain_ReportedState_IsSaidWithItsTime(UpdateState state, DecisionAction action, string expected)
    {
        var line = Assert.Single(new OfferOutcome { Action = action, IsSeen = true, Statuses = [Status(state)] }.Explain());
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Contains("2026-11-21 12:00:00Z", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_HeldForAnInstallPoint_GivesReasonAndRemedies()
    {
        var lines = new OfferOutcome
        {
            Action = DecisionAction.Install, IsSeen = true, Statuses = [Status(UpdateState.NotInstalled) with { Hold = HoldReason.UpdatedInstallPoint }], Office = new OfficeReport(true, [Held]), Products = For2003,
        }.Explain();

        Assert.Contains("the computer holds it", lines[0], StringComparison.Ordinal);
        Assert.Contains("Cc720471", lines[1], StringComparison.Ordinal);
        Assert.Equal(3, lines.Count(line => line.StartsWith("Remedy:", StringComparison.Ordinal)));
        Assert.Contains("Office there: Office 2003, administrative installation point (updated), for the computer.", lines);
    }

    [Fact]
    public void Explain_OneOfTwoUsersIsNotUpdated_SaysWhichAndWhy()
    {
        var lines = new OfferOutcome
        {
            Action = DecisionAction.Install, IsSeen = true, Office = new OfficeReport(true, [Held with { SourceKind = OfficeSourceKind.Media, User = "anna" }, Held with { SourceKind = OfficeSourceKind.Media, User = "bert" }]),
            Products = For2003, Statuses = [Status(UpdateState.Installed) with { User = "anna" }, Status(UpdateState.NotInstalled) with { User = "bert", Hold = HoldReason.UserNotLoggedOn }],
        }.Explain();

        Assert.StartsWith("For user anna: It is installed", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("For user bert: It is needed and not installed", lines[1], StringComparison.Ordinal);
        Assert.Contains("Cc720493", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_OfficeUpdateOnComputerWithoutAgent_IsNotKnown()
    {
        var outcome = new OfferOutcome { Action = DecisionAction.Install, IsSeen = true, Statuses = [Status(UpdateState.NotApplicable)], Products = For2003 };
        Assert.Contains(OfficeWords.NoAgent, outcome.Explain());
        Assert.Contains(OfficeWords.NotKnown, (outcome with { Office = OfficeReport.NotKnown }).Explain());
        Assert.Contains("No Office that the update is for is on the computer.", (outcome with { Office = new OfficeReport(true, []) }).Explain());
    }

    [Fact]
    public void Explain_ClickToRun_IsNeverCompliant()
    {
        var lines = new OfferOutcome
        {
            Action = DecisionAction.Install, IsSeen = true, Statuses = [Status(UpdateState.NotApplicable) with { Hold = HoldReason.ClickToRun }], Products = [new OfficeProduct(OfficeProductLine.Later, "2016")],
            Office = new OfficeReport(true, [new OfficeInstallation { Line = OfficeProductLine.ClickToRun }]),
        }.Explain();
        Assert.Contains(lines, line => line.Contains("not serviced by this system", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_FilesThatAreNotHere_AreCounted()
    {
        var outcome = new OfferOutcome { Action = DecisionAction.Install, IsSeen = true, Statuses = [Status(UpdateState.NotInstalled)], Files = (1, 2) };
        Assert.Contains(outcome.Explain(), line => line.StartsWith("1 of its 2 files are not at this server yet", StringComparison.Ordinal));
        Assert.Single((outcome with { Action = DecisionAction.Evaluate }).Explain());
        Assert.Single((outcome with { Files = (0, 2) }).Explain());
    }

    [Fact]
    public void Messages_ReportWithOfficeAndHold_GoThroughTheContract()
    {
        var computer = new ComputerReport { ComputerId = "c1", Incarnation = 1, Counter = 2, Name = "pc", ReportedAt = Noon, Office = new OfficeReport(true, [Held with { User = "anna", Version = "v", Name = "n", ProductCode = "{p}" }]) };
        var status = Status(UpdateState.NotInstalled) with { User = "anna", Hold = HoldReason.StillWantedMixed };

        Assert.Equal(computer.Office, ReportMessages.ToDomain(ReportMessages.ToProto(computer)).Office);
        Assert.Null(ReportMessages.ToDomain(ReportMessages.ToProto(computer with { Office = null })).Office);
        Assert.Equal(status, ReportMessages.ToDomain(ReportMessages.ToProto(status)));
        Assert.Equal((HoldReason)77, ReportMessages.ToDomain(ReportMessages.ToProto(status with { Hold = (HoldReason)77 })).Hold);
    }

    [Fact]
    public void Messages_MoreCopiesThanAnyComputerHas_AreRefused()
    {
        var computer = new ComputerReport { ComputerId = "c1", Incarnation = 1, Counter = 2, Name = "pc", ReportedAt = Noon, Office = new OfficeReport(true, [.. Enumerable.Repeat(Held, OfficeReport.MaxInstallations + 1)]) };
        Assert.Throws<Hierarchy.Domain.IntegrityException>(() => ReportMessages.ToDomain(ReportMessages.ToProto(computer)));
        Assert.Throws<Hierarchy.Domain.IntegrityException>(() => ReportMessages.ToDomain(ReportMessages.ToProto(Status(UpdateState.NotInstalled) with { Hold = (HoldReason)1024 })));
    }

    private static DateTimeOffset Noon => new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static StatusReport Status(UpdateState state) => new("c1", 1, 2, new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 100, state, state == UpdateState.Failed ? 1603 : 0, Noon);
}
