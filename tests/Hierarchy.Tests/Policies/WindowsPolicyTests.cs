using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Policies;
using Xunit;

namespace Hierarchy.Tests.Policies;

/// <summary>A policy in the words of Windows' registry.</summary>
public sealed class WindowsPolicyTests
{
    private static readonly TargetGroup Servers = new(Guid.NewGuid(), "Servers", TargetGroup.AllComputers.Id);

    [Fact]
    public void Of_NothingDecided_NamesTheServerAndPreventsDualScan()
    {
        var windows = WindowsPolicy.Of(ClientPolicy.None, Servers, new Uri("http://updates.example:8530/"), Targeting.Either, noInternetLocations: false);

        Assert.Equal(
            [
                "DisableDualScan=1", "SetPolicyDrivenUpdateSourceForDriverUpdates=1", "SetPolicyDrivenUpdateSourceForFeatureUpdates=1", "SetPolicyDrivenUpdateSourceForOtherUpdates=1",
                "SetPolicyDrivenUpdateSourceForQualityUpdates=1", "TargetGroup=Servers", "TargetGroupEnabled=1", "WUServer=http://updates.example:8530", "WUStatusServer=http://updates.example:8530",
                @"AU\NoAutoUpdate=0", @"AU\UseUpdateClassPolicySource=1", @"AU\UseWUServer=1",
            ],
            Words(windows));
        Assert.Contains("No AUOptions", Assert.Single(windows.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_EverythingDecided_SaysEachInItsPlace()
    {
        var policy = new ClientPolicy
        {
            AutomaticUpdates = AutomaticUpdates.Scheduled, DetectionHours = 4, Schedule = new InstallSchedule(1, 22), NoRestartWithUsers = false, AlwaysRestartMinutes = 30, RestartWarningMinutes = 7,
            RestartReminderMinutes = 60, InstallMinorAtOnce = true, TellNonAdministrators = false, BlockUserAccess = true, IncludeRecommended = true, AlternateDownloadServer = "http://files.example:8530",
        };

        var words = Words(WindowsPolicy.Of(policy, Servers, new Uri("https://updates.example:8531"), Targeting.Client, noInternetLocations: true));

        foreach (var word in new[]
        {
            @"AU\AUOptions=4", @"AU\ScheduledInstallDay=1", @"AU\ScheduledInstallTime=22", @"AU\DetectionFrequency=4", @"AU\DetectionFrequencyEnabled=1", @"AU\NoAutoRebootWithLoggedOnUsers=0",
            @"AU\AlwaysAutoRebootAtScheduledTime=1", @"AU\AlwaysAutoRebootAtScheduledTimeMinutes=30", @"AU\RebootWarningTimeout=7", @"AU\RebootWarningTimeoutEnabled=1", @"AU\RebootRelaunchTimeout=60",
            @"AU\RebootRelaunchTimeoutEnabled=1", @"AU\AutoInstallMinorUpdates=1", @"AU\IncludeRecommendedUpdates=1", "ElevateNonAdmins=0", "SetDisableUXWUAccess=1",
            "UpdateServiceUrlAlternate=http://files.example:8530", "FillEmptyContentUrls=1", "DoNotConnectToWindowsUpdateInternetLocations=1", "WUServer=https://updates.example:8531",
        })
            Assert.Contains(word, words);
    }

    [Theory]
    [InlineData(AutomaticUpdates.Notify, 0)]
    [InlineData(AutomaticUpdates.Scheduled, 2)]
    [InlineData(AutomaticUpdates.NotifyInstallAndRestart, 0)]
    public void Of_Mode_HasAScheduleWhereItInstallsByOne(AutomaticUpdates mode, int values)
        => Assert.Equal(values, Words(WindowsPolicy.Of(new ClientPolicy { AutomaticUpdates = mode }, Servers, new Uri("http://u:8530"), Targeting.Either, false)).Count(word => word.StartsWith(@"AU\ScheduledInstall", StringComparison.Ordinal)));

    [Fact]
    public void Of_AlwaysRestartOff_SaysSoWithoutMinutes()
        => Assert.Equal(
            [@"AU\AlwaysAutoRebootAtScheduledTime=0"],
            Words(WindowsPolicy.Of(new ClientPolicy { AlwaysRestartMinutes = 0 }, Servers, new Uri("http://u:8530"), Targeting.Either, false)).Where(word => word.Contains("AlwaysAuto", StringComparison.Ordinal)));

    [Theory]
    [InlineData(Targeting.Server, "Servers", "administrator alone")]
    [InlineData(Targeting.Either, "All Computers", "nobody asks for All Computers")]
    public void Of_GroupThatNobodyCanAskFor_SaysWhyThereIsNone(Targeting targeting, string name, string why)
    {
        var windows = WindowsPolicy.Of(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Notify }, name == "Servers" ? Servers : TargetGroup.AllComputers, new Uri("http://u:8530"), targeting, false);

        Assert.DoesNotContain(windows.Settings, setting => setting.Name.StartsWith("TargetGroup", StringComparison.Ordinal));
        Assert.Contains(why, Assert.Single(windows.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 1u)]
    [InlineData(false, 0u)]
    public void Of_OfficeOnline_SaysWhatIsDocumentedAndWhatIsNotEnforceable(bool isBlocked, uint number)
    {
        var windows = WindowsPolicy.Of(new ClientPolicy { AutomaticUpdates = AutomaticUpdates.Notify, BlockOfficeOnline = isBlocked }, Servers, new Uri("http://u:8530"), Targeting.Either, false);

        Assert.Equal(
            [new RegistrySetting(IsOfUser: true, @"Software\Policies\Microsoft\Office\Common\OfficeUpdate", "BlockUpdates", Text: null, number)], windows.Settings.Where(setting => setting.IsOfUser));
        Assert.Equal(isBlocked, windows.Notes.Any(note => note.Contains("not enforceable", StringComparison.Ordinal)));
    }

    private static string[] Words(WindowsPolicy windows) =>
    [
        .. windows.Settings.Select(setting =>
        {
            Assert.True(setting is { IsOfUser: false, Key: WindowsPolicy.Key or WindowsPolicy.AutomaticUpdatesKey }, setting.ToString());
            return $"{(setting.Key == WindowsPolicy.Key ? "" : @"AU\")}{setting.Name}={setting.Text ?? $"{setting.Number}"}";
        }),
    ];
}
