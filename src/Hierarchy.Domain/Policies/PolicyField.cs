using System.Globalization;

namespace Hierarchy.Domain.Policies;

/// <summary>
/// One thing that a policy can say, and all that is known of it: the one table from which merging, checking, hashing, explaining and showing follow. The order of <see cref="All"/> and the names are part
/// of the scope hash: they stay as they are, and new ones go to the end.
/// </summary>
public sealed class PolicyField
{
    private readonly Func<ClientPolicy, object?> _get;
    private readonly Func<ClientPolicy, object?, ClientPolicy> _set;
    private readonly Func<object, string?> _fault;
    private readonly Comparison<object> _precedence;

    private PolicyField(string name, string winner, string byDefault, Func<ClientPolicy, object?> get, Func<ClientPolicy, object?, ClientPolicy> set, Comparison<object> precedence, Func<object, string?>? fault = null)
    {
        (Name, Winner, Default, _get, _set, _precedence, _fault) = (name, winner, byDefault, get, set, precedence, fault ?? (_ => null));
    }

    /// <summary>Every field, in the order in which they are shown.</summary>
    public static IReadOnlyList<PolicyField> All { get; } =
    [
        new("au-options", "the one that needs people least: 4, then 3, 7, 2, 5", "installs at once what it finds",
            policy => policy.AutomaticUpdates, (policy, value) => policy with { AutomaticUpdates = (AutomaticUpdates?)value }, By<AutomaticUpdates>(Rank),
            value => Enum.IsDefined((AutomaticUpdates)value) ? null : $"is 2, 3, 4, 5 or 7, not {(int)(AutomaticUpdates)value}"),
        new("detect-every", "the shorter time", "22h", policy => policy.DetectionHours, (policy, value) => policy with { DetectionHours = (int?)value }, By<int>(), Range(1, 22, "hours")),
        new("schedule", "every day before one day, Sunday first; then the earlier hour", "daily 03:00",
            policy => policy.Schedule, (policy, value) => policy with { Schedule = (InstallSchedule?)value }, By<InstallSchedule>(schedule => (schedule.Day * 24) + schedule.Hour),
            value => ((InstallSchedule)value).IsValid ? null : "is a day (0 every day, 1 Sunday to 7 Saturday) and a full hour (0 to 23)"),
        Switch("no-reboot-with-users", policy => policy.NoRestartWithUsers, (policy, value) => policy with { NoRestartWithUsers = value }),
        new("always-reboot", "the longer time; off before any", "off", policy => policy.AlwaysRestartMinutes, (policy, value) => policy with { AlwaysRestartMinutes = (int?)value },
            By<int>(minutes => minutes == 0 ? int.MinValue : -minutes), value => (int)value == 0 ? null : Range(15, 180, "minutes")(value)),
        new("reboot-warning", "the longer time", "5m", policy => policy.RestartWarningMinutes, (policy, value) => policy with { RestartWarningMinutes = (int?)value }, By<int>(minutes => -minutes), Range(1, 30, "minutes")),
        new("reboot-reminder", "the longer time", "10m", policy => policy.RestartReminderMinutes, (policy, value) => policy with { RestartReminderMinutes = (int?)value }, By<int>(minutes => -minutes),
            Range(1, 1440, "minutes")),
        Switch("install-minor", policy => policy.InstallMinorAtOnce, (policy, value) => policy with { InstallMinorAtOnce = value }),
        Switch("tell-non-admins", policy => policy.TellNonAdministrators, (policy, value) => policy with { TellNonAdministrators = value }),
        Switch("block-users", policy => policy.BlockUserAccess, (policy, value) => policy with { BlockUserAccess = value }),
        Switch("include-recommended", policy => policy.IncludeRecommended, (policy, value) => policy with { IncludeRecommended = value }),
        new("alternate-server", "the first in the order of their characters; none before any", "none",
            policy => policy.AlternateDownloadServer, (policy, value) => policy with { AlternateDownloadServer = (string?)value }, (left, right) => string.CompareOrdinal((string)left, (string)right), AlternateFault),
        new("office-per-user", "never before at-logon", "never",
            policy => policy.PerUserOffice, (policy, value) => policy with { PerUserOffice = (PerUserOffice?)value }, By<PerUserOffice>(value => (int)value),
            value => Enum.IsDefined((PerUserOffice)value) ? null : "is never or at-logon"),
        new("office-licence", "per-user before per-device", "per-device",
            policy => policy.OfficeLicence, (policy, value) => policy with { OfficeLicence = (OfficeLicence?)value }, By<OfficeLicence>(value => -(int)value),
            value => Enum.IsDefined((OfficeLicence)value) ? null : "is per-device or per-user"),
        Switch("block-office-online", policy => policy.BlockOfficeOnline, (policy, value) => policy with { BlockOfficeOnline = value }),
    ];

    /// <summary>As the command line calls it.</summary>
    public string Name { get; }

    /// <summary>Which of two values counts where two groups of equal depth differ, in words.</summary>
    public string Winner { get; }

    /// <summary>What holds where no group says anything, in words.</summary>
    public string Default { get; }

    /// <summary>What the policy says; null for nothing.</summary>
    public object? Get(ClientPolicy policy) => _get(policy);

    /// <summary>The policy with that value; null for none.</summary>
    public ClientPolicy With(ClientPolicy policy, object? value) => _set(policy, value);

    /// <summary>Below 0 when the left value counts before the right one at equal depth; 0 exactly when they are equal.</summary>
    public int Compare(object left, object right) => _precedence(left, right);

    /// <summary>Why a value cannot be, beginning with a verb; null when it can.</summary>
    public string? FaultOf(object value) => _fault(value);

    /// <summary>A value in words, the way the command line takes it.</summary>
    public string Text(object value) => value switch
    {
        bool on => on ? "on" : "off",
        AutomaticUpdates mode => ((int)mode).ToString(CultureInfo.InvariantCulture),
        Policies.PerUserOffice office => office == Policies.PerUserOffice.AtLogon ? "at-logon" : "never",
        Policies.OfficeLicence licence => licence == Policies.OfficeLicence.PerUser ? "per-user" : "per-device",
        int hours when Name == "detect-every" => $"{hours}h",
        int and 0 => "off",
        int minutes => $"{minutes}m",
        string { Length: 0 } => "none",
        _ => value.ToString() ?? "",
    };

    // 4 needs nobody, 3 and 7 somebody who agrees, 2 somebody who asks for it, 5 somebody who chooses.
    private static int Rank(AutomaticUpdates mode) => mode switch
    {
        Policies.AutomaticUpdates.Scheduled => 0,
        Policies.AutomaticUpdates.Download => 1,
        Policies.AutomaticUpdates.NotifyInstallAndRestart => 2,
        Policies.AutomaticUpdates.Notify => 3,
        _ => 4,
    };

    private static PolicyField Switch(string name, Func<ClientPolicy, bool?> get, Func<ClientPolicy, bool?, ClientPolicy> set) =>
        new(name, "on before off", "off", policy => get(policy), (policy, value) => set(policy, (bool?)value), By<bool>(on => on ? 0 : 1));

    private static Comparison<object> By<T>(Func<T, int>? rank = null) =>
        rank is null ? (left, right) => Comparer<T>.Default.Compare((T)left, (T)right) : (left, right) => rank((T)left).CompareTo(rank((T)right));

    private static Func<object, string?> Range(int least, int most, string unit) =>
        value => (int)value < least || (int)value > most ? $"is {least} to {most} {unit}, not {(int)value}" : null;

    private static string? AlternateFault(object value)
    {
        const int longest = 1024;
        var text = (string)value;
        if (text.Length == 0) return null;
        return text.Length <= longest && !text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)) && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            ? null
            : $"is the address of a server, like http://updates.example:8530, not '{(text.Length > 80 ? text[..80] + "…" : text)}'";
    }
}
