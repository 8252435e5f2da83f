using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Office;

namespace Hierarchy.Domain.Policies;

/// <summary>
/// A policy in the words of Windows' own Automatic Updates: the values that Group Policy's WindowsUpdate.admx writes, with those that keep Windows from asking Microsoft besides ("dual scan"). Pure.
/// </summary>
/// <param name="Settings">By key and name.</param>
/// <param name="Notes">What the registry cannot say, and what else to know, in sentences.</param>
public sealed record WindowsPolicy(IReadOnlyList<RegistrySetting> Settings, IReadOnlyList<string> Notes)
{
    /// <summary>Where most of it stands, under HKEY_LOCAL_MACHINE.</summary>
    public const string Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate";

    /// <summary>Where the rest stands.</summary>
    public const string AutomaticUpdatesKey = Key + @"\AU";

    /// <summary>What a computer of that group needs.</summary>
    /// <param name="policy">What holds for it.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="server">The server that it is to ask.</param>
    /// <param name="targeting">Who says which groups a computer is in.</param>
    /// <param name="noInternetLocations">It is to connect to no address of Microsoft at all.</param>
    public static WindowsPolicy Of(ClientPolicy policy, TargetGroup group, Uri server, Targeting targeting, bool noInternetLocations)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(server);
        var (settings, notes) = (new List<RegistrySetting>(), new List<string>());
        AddServer(policy, server, noInternetLocations, settings);
        AddGroup(group, targeting, settings, notes);
        AddAutomaticUpdates(policy, settings, notes);
        AddRestarts(policy, settings);
        if (policy.TellNonAdministrators is { } tell) settings.Add(RegistrySetting.Of(Key, "ElevateNonAdmins", tell));
        if (policy.BlockUserAccess is { } block) settings.Add(RegistrySetting.Of(Key, "SetDisableUXWUAccess", block));
        if (policy.PerUserOffice is not null || policy.OfficeLicence is not null)
            notes.Add("office-per-user and office-licence are rules of our own agent; Windows' own client goes by the update's rules alone.");
        AddOfficeOnline(policy, settings, notes);
        return new WindowsPolicy([.. settings.OrderBy(setting => setting.IsOfUser).ThenBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase).ThenBy(setting => setting.Name, StringComparer.OrdinalIgnoreCase)], notes);
    }

    private static void AddServer(ClientPolicy policy, Uri server, bool noInternetLocations, List<RegistrySetting> settings)
    {
        var url = server.GetLeftPart(UriPartial.Path).TrimEnd('/');
        settings.Add(RegistrySetting.Of(Key, "WUServer", url));
        settings.Add(RegistrySetting.Of(Key, "WUStatusServer", url));
        settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "UseWUServer", 1));
        if (policy.AlternateDownloadServer is { Length: > 0 } alternate)
        {
            settings.Add(RegistrySetting.Of(Key, "UpdateServiceUrlAlternate", alternate));
            // Files whose metadata name no address are then looked for at the alternate server, too.
            settings.Add(RegistrySetting.Of(Key, "FillEmptyContentUrls", 1));
        }

        // Each class of updates comes from the server: Windows 10 2004 and later. Older ones know DisableDualScan alone.
        foreach (var kind in (string[])["Feature", "Quality", "Driver", "Other"])
            settings.Add(RegistrySetting.Of(Key, $"SetPolicyDrivenUpdateSourceFor{kind}Updates", 1));
        settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "UseUpdateClassPolicySource", 1));
        settings.Add(RegistrySetting.Of(Key, "DisableDualScan", 1));
        if (noInternetLocations) settings.Add(RegistrySetting.Of(Key, "DoNotConnectToWindowsUpdateInternetLocations", 1));
    }

    private static void AddGroup(TargetGroup group, Targeting targeting, List<RegistrySetting> settings, List<string> notes)
    {
        if (targeting == Targeting.Server)
            notes.Add("No TargetGroup: in this tree the administrator alone puts computers into groups (`hierarchy groups targeting show`), so that what a computer names means nothing. Put them there with `hierarchy computers assign`.");
        else if (group.IsBuiltIn)
            notes.Add($"No TargetGroup: nobody asks for {group.Name}.");
        else
            settings.AddRange([RegistrySetting.Of(Key, "TargetGroup", group.Name), RegistrySetting.Of(Key, "TargetGroupEnabled", 1)]);
    }

    private static void AddAutomaticUpdates(ClientPolicy policy, List<RegistrySetting> settings, List<string> notes)
    {
        settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "NoAutoUpdate", 0));
        if (policy.AutomaticUpdates is not { } mode)
        {
            notes.Add("No AUOptions: no group says what is done by itself. Our agent then installs at once what it finds, which Windows' own client cannot; each computer keeps its own setting. `hierarchy policy set --au-options` decides it.");
        }
        else
        {
            settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "AUOptions", (int)mode));
            if (mode == Policies.AutomaticUpdates.NotifyInstallAndRestart) notes.Add("AUOptions 7 is known to Windows Server 2016 and later alone.");
            if (mode == Policies.AutomaticUpdates.Scheduled)
            {
                var schedule = policy.Schedule ?? InstallSchedule.Default;
                settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "ScheduledInstallDay", schedule.Day));
                settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "ScheduledInstallTime", schedule.Hour));
            }
        }

        if (policy.DetectionHours is { } hours)
            settings.AddRange([RegistrySetting.Of(AutomaticUpdatesKey, "DetectionFrequencyEnabled", 1), RegistrySetting.Of(AutomaticUpdatesKey, "DetectionFrequency", hours)]);
        if (policy.InstallMinorAtOnce is { } minor) settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "AutoInstallMinorUpdates", minor));
        if (policy.IncludeRecommended is { } recommended) settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "IncludeRecommendedUpdates", recommended));
    }

    private static void AddOfficeOnline(ClientPolicy policy, List<RegistrySetting> settings, List<string> notes)
    {
        if (policy.BlockOfficeOnline is not { } isBlocked) return;
        foreach (var key in OfficeOnlineKeys.All)
            settings.Add(new RegistrySetting(IsOfUser: true, key.Key, key.ValueName, Text: null, isBlocked ? key.Blocked : 0));
        if (isBlocked)
            notes.Add($"block-office-online is enforced for {string.Join(", ", OfficeOnlineKeys.All.Select(key => $"\"{key.Policy}\""))} alone, for each user; for other versions of Office it is not enforceable: no policy against it is documented.");
    }

    private static void AddRestarts(ClientPolicy policy, List<RegistrySetting> settings)
    {
        if (policy.NoRestartWithUsers is { } noRestart) settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "NoAutoRebootWithLoggedOnUsers", noRestart));
        if (policy.AlwaysRestartMinutes is { } always)
        {
            settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "AlwaysAutoRebootAtScheduledTime", always > 0));
            if (always > 0) settings.Add(RegistrySetting.Of(AutomaticUpdatesKey, "AlwaysAutoRebootAtScheduledTimeMinutes", always));
        }

        if (policy.RestartWarningMinutes is { } warning)
            settings.AddRange([RegistrySetting.Of(AutomaticUpdatesKey, "RebootWarningTimeoutEnabled", 1), RegistrySetting.Of(AutomaticUpdatesKey, "RebootWarningTimeout", warning)]);
        if (policy.RestartReminderMinutes is { } reminder)
            settings.AddRange([RegistrySetting.Of(AutomaticUpdatesKey, "RebootRelaunchTimeoutEnabled", 1), RegistrySetting.Of(AutomaticUpdatesKey, "RebootRelaunchTimeout", reminder)]);
    }
}
