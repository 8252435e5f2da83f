using Hierarchy.Agent.Install;
using Hierarchy.Agent.Policies;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Policies;
using Xunit;
using DecisionAction = Hierarchy.Domain.Approvals.DecisionAction;

namespace Hierarchy.Tests.Agent;

/// <summary>What Automatic Updates may do by itself, at one moment.</summary>
public sealed class InstallGateTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 13, 18, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Now.AddHours(9);

    [Theory]
    [InlineData(null, true, true)]
    [InlineData(AutomaticUpdates.Notify, false, false)]
    [InlineData(AutomaticUpdates.Download, true, false)]
    [InlineData(AutomaticUpdates.Scheduled, true, false)]
    [InlineData(AutomaticUpdates.NotifyInstallAndRestart, true, false)]
    public void Of_EveryMode_InstallsAndRemovesAlikeAndALateDeadlineOrAWordOpensIt(AutomaticUpdates? mode, bool downloads, bool installs)
    {
        foreach (var action in new[] { DecisionAction.Install, DecisionAction.Uninstall })
        {
            Assert.Equal((downloads, installs), Can(Gate(mode).Of(Planned(action))));
            Assert.Equal((downloads, installs), Can(Gate(mode).Of(Planned(action, Now.AddSeconds(1)))));
            Assert.Equal((true, true), Can(Gate(mode).Of(Planned(action, Now))));
            Assert.Equal((true, true), Can(Gate(mode).Of(Planned(action, Now.AddYears(-1)))));
            Assert.Equal((true, true), Can(Gate(mode, isWanted: true).Of(Planned(action))));
            Assert.Equal((false, false), Can(Gate(mode, isWanted: true).Of(Planned(action, Now) with { Hold = "why" })));
        }

        Assert.Equal((false, false), Can(Gate(mode).Of(Planned(DecisionAction.OptionalInstall))));
        Assert.Equal((true, true), Can(Gate(mode).Of(Planned(DecisionAction.OptionalInstall, Now))));
        Assert.Equal((true, true), Can(Gate(mode, isWanted: true).Of(Planned(DecisionAction.OptionalInstall))));
    }

    [Fact]
    public void Of_ScheduledTimeThatHasCome_Installs()
    {
        Assert.Equal((true, true), Can(Gate(AutomaticUpdates.Scheduled, scheduledAt: Now).Of(Planned(DecisionAction.Install))));
        Assert.Equal((false, false), Can(Gate(AutomaticUpdates.Notify, scheduledAt: Now).Of(Planned(DecisionAction.Install))));
    }

    [Theory]
    [InlineData(AutomaticUpdates.Scheduled, null, 9.0)]
    [InlineData(AutomaticUpdates.Scheduled, 4.0, 4.0)]
    [InlineData(AutomaticUpdates.Scheduled, 20.0, 9.0)]
    [InlineData(AutomaticUpdates.Download, null, null)]
    [InlineData(AutomaticUpdates.Download, 4.0, 4.0)]
    public void Of_WhatWaits_WaitsUntilTheEarlierOfScheduleAndDeadline(AutomaticUpdates mode, double? deadline, double? until)
        => Assert.Equal(until is { } hours ? Now.AddHours(hours) : null, Gate(mode).Of(Planned(DecisionAction.Install, deadline is { } at ? Now.AddHours(at) : null)).Until);

    [Theory]
    [InlineData("Minor", "NeverReboots", AutomaticUpdates.Scheduled, true)]
    [InlineData("Minor", "NeverReboots", AutomaticUpdates.Download, true)]
    [InlineData("Minor", "NeverReboots", AutomaticUpdates.Notify, false)]
    [InlineData("Minor", "CanRequestReboot", AutomaticUpdates.Scheduled, false)]
    [InlineData("Normal", "NeverReboots", AutomaticUpdates.Scheduled, false)]
    public void Of_WhatInterruptsNobody_DoesNotWaitWhereThePolicySaysSo(string impact, string reboot, AutomaticUpdates mode, bool installs)
    {
        var update = Planned(DecisionAction.Install);
        var minor = update with { Leaves = [update.Revision with { Installation = new InstallationBehavior(impact, reboot, CanRequestUserInput: false, RequiresNetworkConnectivity: false) }] };

        Assert.Equal(installs, new InstallGate(mode, installMinorAtOnce: true, Now, TimeZoneInfo.Utc, Later, _ => false).Of(minor).CanInstall);
        Assert.False(new InstallGate(mode, installMinorAtOnce: false, Now, TimeZoneInfo.Utc, Later, _ => false).Of(minor).CanInstall);
    }

    [Theory]
    [InlineData(0, 18, true)]
    [InlineData(0, 19, false)]
    [InlineData(2, 20, true)]
    [InlineData(2, 21, false)]
    [InlineData(-5, 13, true)]
    [InlineData(-5, 14, false)]
    public void Of_FloatingDeadline_IsDueByTheComputersOwnClock(int offset, int hour, bool isDue)
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("own", TimeSpan.FromHours(offset), "own", "own");
        var update = Planned(DecisionAction.Install, new DateTimeOffset(2026, 1, 13, hour, 0, 0, TimeSpan.Zero));
        update = update with { Decision = update.Decision with { IsDeadlineFloating = true } };

        Assert.Equal(isDue, new InstallGate(AutomaticUpdates.Notify, installMinorAtOnce: false, Now, zone, Later, _ => false).Of(update).CanInstall);
    }

    private static InstallGate Gate(AutomaticUpdates? mode, bool isWanted = false, DateTimeOffset? scheduledAt = null) => new(mode, installMinorAtOnce: false, Now, TimeZoneInfo.Utc, scheduledAt ?? Later, _ => isWanted);

    private static PlannedUpdate Planned(DecisionAction action, DateTimeOffset? deadline = null)
    {
        var revision = UpdateDocument.Read(new TestUpdate(1).ToXml());
        return new PlannedUpdate(new ClientDecision(1, revision.Id, action, deadline, Hash: 7), revision, [revision]);
    }

    private static (bool, bool) Can(in Permission permission)
    {
        Assert.Equal(permission.CanInstall, permission.Reason.Length == 0);
        return (permission.CanDownload, permission.CanInstall);
    }
}
