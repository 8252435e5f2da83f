using System.Globalization;

namespace Hierarchy.Cli.Policies.Check;

/// <summary>Finds what in the settings of a computer would send its scans to Microsoft, or keep it from being updated at all. Pure; the order of findings is that of the rules.</summary>
internal sealed class PolicyCheck
{
    internal const string Windows = @"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate";
    internal const string Automatic = Windows + @"\AU";
    private const string Managed = @"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PolicyManager\current\device\Update";
    private const string Chosen = @"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings";
    private const string Providers = @"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PolicyManager\Providers\";

    private static readonly string[] Classes = ["Feature", "Quality", "Driver", "Other"];

    // What defers or pauses: beside WUServer it makes Windows ask Microsoft ("dual scan"), unless something prevents that.
    private static readonly string[] Deferrals =
    [
        "BranchReadinessLevel", "DeferFeatureUpdates", "DeferFeatureUpdatesPeriodInDays", "DeferQualityUpdates", "DeferQualityUpdatesPeriodInDays", "DeferUpdate", "DeferUpdatePeriod", "DeferUpgrade",
        "DeferUpgradePeriod", "PauseDeferrals", "PauseFeatureUpdates", "PauseFeatureUpdatesStartTime", "PauseQualityUpdates", "PauseQualityUpdatesStartTime", "RequireDeferUpgrade",
    ];

    // Where each number belongs that is read here.
    private static readonly Dictionary<string, string> Homes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["UseWUServer"] = Automatic, ["NoAutoUpdate"] = Automatic, ["AUOptions"] = Automatic, ["ScheduledInstallDay"] = Automatic, ["ScheduledInstallTime"] = Automatic, ["DetectionFrequency"] = Automatic,
        ["DetectionFrequencyEnabled"] = Automatic, ["UseUpdateClassPolicySource"] = Automatic, ["DisableDualScan"] = Windows, ["TargetGroupEnabled"] = Windows, ["DisableWindowsUpdateAccess"] = Windows,
        ["SetPolicyDrivenUpdateSourceForFeatureUpdates"] = Windows, ["SetPolicyDrivenUpdateSourceForQualityUpdates"] = Windows, ["SetPolicyDrivenUpdateSourceForDriverUpdates"] = Windows,
        ["SetPolicyDrivenUpdateSourceForOtherUpdates"] = Windows, ["WUServer"] = Windows, ["WUStatusServer"] = Windows, ["TargetGroup"] = Windows,
    };

    private readonly RegistryValues _values;
    private readonly IReadOnlyList<Uri> _known;
    private readonly List<PolicyFinding> _findings = [];

    private PolicyCheck(RegistryValues values, IReadOnlyList<Uri> known) => (_values, _known) = (values, known);

    /// <summary>All findings.</summary>
    /// <param name="values">What the file says.</param>
    /// <param name="known">Servers that a computer may ask; none for any.</param>
    public static IReadOnlyList<PolicyFinding> Of(RegistryValues values, IReadOnlyList<Uri> known)
    {
        var check = new PolicyCheck(values, known);
        check.CheckServer();
        check.CheckSources();
        check.CheckManaged();
        check.CheckAutomaticUpdates();
        check.CheckTargeting();
        check.CheckPlaces();
        return check._findings;
    }

    private void CheckServer()
    {
        var (server, status) = (Text(Windows, "WUServer"), Text(Windows, "WUStatusServer"));
        if (server.Length == 0)
        {
            Error(Windows, "WUServer", "no server is named, so that Windows asks Microsoft.", "Set it to the server's address, e.g. http://updates.example:8530 (`hierarchy policy export` does).");
        }
        else if (Number(Automatic, "UseWUServer") != 1 && Text(Automatic, "UseWUServer").Length == 0) // One of the wrong type is told below.
        {
            Error(Automatic, "UseWUServer", "WUServer counts only when this is 1: without it Windows asks Microsoft.", "Set it to 1 (REG_DWORD).");
        }

        var url = server.Length == 0 ? null : CheckAddress("WUServer", server);
        if (server.Length > 0 && status.Length == 0)
        {
            Error(Windows, "WUStatusServer", "WUServer counts only together with this one, which has the same value.", $"Set it to {server}.");
        }
        else if (status.Length > 0 && server.Length > 0 && !string.Equals(server.TrimEnd('/'), status.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
        {
            Error(Windows, "WUStatusServer", $"it is not WUServer ({server}); the two count only when they are the same.", $"Set it to {server}.");
        }

        if (url is not null && _known.Count > 0 && !_known.Any(known => Uri.Compare(known, url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0))
            Error(Windows, "WUServer", $"it is none of the servers that were named ({string.Join(", ", _known.Select(known => known.GetLeftPart(UriPartial.Authority)))}).", "Set it to one of them.");
        var alternate = Text(Windows, "UpdateServiceUrlAlternate");
        if (alternate.Length > 0 && (!Uri.TryCreate(alternate, UriKind.Absolute, out var other) || other.Scheme is not ("http" or "https")))
            Error(Windows, "UpdateServiceUrlAlternate", "it is no address, so that files are fetched from nowhere.", "Give an http or https address, or delete the value.");
        else if (alternate.Contains(".microsoft.com", StringComparison.OrdinalIgnoreCase) || alternate.Contains(".windowsupdate.com", StringComparison.OrdinalIgnoreCase))
            Warning(Windows, "UpdateServiceUrlAlternate", "files are fetched from Microsoft.", "Name a server of your own, or delete the value.");
        if (Number(Windows, "FillEmptyContentUrls") == 1 && alternate.Length == 0) Warning(Windows, "FillEmptyContentUrls", "it counts only together with UpdateServiceUrlAlternate.", "Delete it, or name an alternate server.");
    }

    private Uri? CheckAddress(string name, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            Error(Windows, name, "it is no http or https address, so that Windows finds no server.", "Give one with its port, e.g. http://updates.example:8530.");
            return null;
        }

        if (url.Host.EndsWith(".microsoft.com", StringComparison.OrdinalIgnoreCase) || url.Host.EndsWith(".windowsupdate.com", StringComparison.OrdinalIgnoreCase))
            Error(Windows, name, "it is an address of Microsoft.", "Name a server of your own.");
        if ((url.Scheme, url.Port) is ("http", 8531 or 443) or ("https", 8530 or 80))
        {
            Error(Windows, name, $"port {url.Port} does not speak {url.Scheme}: WSUS and this system speak HTTP on 8530 and HTTPS on 8531.", $"Use {(url.Scheme == "http" ? "https" : "http")}, or the other port.");
            return url;
        }

        if (url.Port is not (8530 or 8531))
            Warning(Windows, name, $"{url.Scheme} on port {url.Port} is not where this system answers Windows by default: 8530 for HTTP, 8531 for HTTPS.", "Look whether the server answers there.");
        if (url.Scheme == "http") Warning(Windows, name, "plain HTTP: whoever is between can alter what Windows is told.", "Use https, port 8531, once the server has a certificate that the computers trust.");
        if (url.AbsolutePath.Length > 1) Warning(Windows, name, $"the path '{url.AbsolutePath}' is no part of a server's address.", $"Set it to {url.GetLeftPart(UriPartial.Authority)}.");
        return url;
    }

    private void CheckSources()
    {
        var sources = Classes.Select(kind => (Kind: kind, Name: $"SetPolicyDrivenUpdateSourceFor{kind}Updates", Value: Number(Windows, $"SetPolicyDrivenUpdateSourceFor{kind}Updates"))).ToArray();
        foreach (var (kind, name, value) in sources)
            if (value == 0) Error(Windows, name, $"{kind.ToLowerInvariant()} updates come from Microsoft.", "Set it to 1.");
        var set = sources.Count(source => source.Value is not null);
        var counts = Number(Automatic, "UseUpdateClassPolicySource") == 1;
        if (set > 0 && !counts) Error(Automatic, "UseUpdateClassPolicySource", "without it, what SetPolicyDrivenUpdateSourceFor… says does not count.", "Set it to 1.");
        foreach (var (kind, name, value) in sources)
            if (set > 0 && value is null) Warning(Windows, name, $"the other classes have a source and {kind.ToLowerInvariant()} updates have none: where they come from depends on the build.", "Set it to 1.");

        var isSourced = counts && sources.All(source => source.Value == 1);
        var isDisabled = Number(Windows, "DisableDualScan") == 1;
        foreach (var deferral in new[] { Windows, Managed, Chosen }.SelectMany(key => Deferrals.Select(name => _values.Find(key, name))).Where(value => value is not null && Defers(value)).Select(value => value!))
        {
            // What a user chose defers only what Microsoft offers to that user, on the builds that have such a page.
            if (deferral.Key.Equals(Chosen, StringComparison.OrdinalIgnoreCase) && isDisabled) continue;
            if (!isSourced && !isDisabled)
                Error(deferral.Key, deferral.Name, "deferring or pausing beside WUServer makes Windows ask Microsoft, and ignore what the server says of Windows itself (\"dual scan\").", "Delete it: what is not approved is not offered anyway. Or set SetPolicyDrivenUpdateSourceFor{Feature,Quality,Driver,Other}Updates, UseUpdateClassPolicySource and DisableDualScan to 1.");
            else if (!isSourced)
                Warning(deferral.Key, deferral.Name, "DisableDualScan keeps Windows 10 from asking Microsoft for it; Windows 11 goes by SetPolicyDrivenUpdateSourceFor… alone.", "Set SetPolicyDrivenUpdateSourceFor{Feature,Quality,Driver,Other}Updates and UseUpdateClassPolicySource to 1, or delete it.");
            else if (!isDisabled)
                Warning(deferral.Key, deferral.Name, "builds before Windows 10 2004 do not know SetPolicyDrivenUpdateSourceFor… and ask Microsoft.", "Set DisableDualScan to 1 where there are such builds, or delete it.");
        }

        if (!isSourced && !isDisabled && Text(Windows, "WUServer").Length > 0 && set == 0)
            Warning(Windows, "DisableDualScan", "nothing keeps Windows from asking Microsoft as soon as somebody defers updates.", "Set DisableDualScan, SetPolicyDrivenUpdateSourceFor{Feature,Quality,Driver,Other}Updates and UseUpdateClassPolicySource to 1.");
    }

    private void CheckManaged()
    {
        if (Number(Managed, "AllowUpdateService") == 0) Error(Managed, "AllowUpdateService", "device management forbids every update service, this one included.", "Have it allowed (1), or removed, where the device is managed.");
        if (Text(Managed, "UpdateServiceUrl") is { Length: > 0 } url && !string.Equals(url.TrimEnd('/'), Text(Windows, "WUServer").TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
            Error(Managed, "UpdateServiceUrl", $"device management names another server than Group Policy ({Text(Windows, "WUServer")}); which of them counts depends on MDMWinsOverGP.", "Let one of the two name the server.");
        if (Number(Managed, "AllowAutoUpdate") is { } allow)
        {
            if (allow == 5) Error(Managed, "AllowAutoUpdate", "device management turns automatic updates off.", "Have it removed where the device is managed.");
            else if (Number(Automatic, "AUOptions") is not null) Warning(Managed, "AllowAutoUpdate", "device management and AUOptions both say what is done by itself.", "Let one of the two say it.");
        }

        foreach (var key in _values.Keys.Where(key => key.StartsWith(Providers, StringComparison.OrdinalIgnoreCase) && key.EndsWith(@"\default\device\Update", StringComparison.OrdinalIgnoreCase) && _values.Of(key).Any()).Order(StringComparer.OrdinalIgnoreCase))
            Warning(key, "", "a device management service decides about updates of this computer, too.", "Look there for deferrals and servers.");
    }

    private void CheckAutomaticUpdates()
    {
        if (Number(Automatic, "NoAutoUpdate") == 1) Error(Automatic, "NoAutoUpdate", "Automatic Updates is off: the computer asks nobody by itself.", "Set it to 0.");
        if (Number(Windows, "DisableWindowsUpdateAccess") == 1) Error(Windows, "DisableWindowsUpdateAccess", "all of Windows Update is turned off, Automatic Updates included.", "Delete it; SetDisableUXWUAccess keeps users out and lets Automatic Updates work.");
        if (Number(Automatic, "AUOptions") is { } options && options is not (2 or 3 or 4 or 5 or 7)) Warning(Automatic, "AUOptions", "Windows knows 2, 3, 4, 5 and 7.", "Set it to 4 to install at a scheduled time.");
        if (Number(Automatic, "ScheduledInstallDay") is > 7) Warning(Automatic, "ScheduledInstallDay", "it is 0 (every day) or 1 (Sunday) to 7 (Saturday).", "Set it to 0.");
        if (Number(Automatic, "ScheduledInstallTime") is > 23) Warning(Automatic, "ScheduledInstallTime", "it is an hour, 0 to 23.", "Set it to 3.");
        if (Number(Automatic, "DetectionFrequency") is { } hours)
        {
            if (hours is < 1 or > 22) Warning(Automatic, "DetectionFrequency", "it is 1 to 22 hours.", "Set it to 22 or less.");
            if (Number(Automatic, "DetectionFrequencyEnabled") != 1) Warning(Automatic, "DetectionFrequencyEnabled", "without it, DetectionFrequency does not count.", "Set it to 1.");
        }
    }

    private void CheckTargeting()
    {
        var (group, isEnabled) = (Text(Windows, "TargetGroup"), Number(Windows, "TargetGroupEnabled") == 1);
        if (isEnabled && group.Length == 0) Warning(Windows, "TargetGroup", "the computer is to name its group and names none.", "Set it to the group's name, or TargetGroupEnabled to 0.");
        if (!isEnabled && group.Length > 0) Warning(Windows, "TargetGroupEnabled", $"without it, the computer does not ask for {group}.", "Set it to 1.");
    }

    // Right values in wrong places, or of the wrong type, mean nothing to Windows, and look as if they did.
    private void CheckPlaces()
    {
        foreach (var (name, home) in Homes)
        {
            var other = home == Windows ? Automatic : Windows;
            if (_values.Find(other, name) is not null) Warning(other, name, $"Windows reads it in {home} alone.", "Move it there.");
            if (_values.Find(home.Replace(@"\SOFTWARE\", @"\SOFTWARE\WOW6432Node\", StringComparison.OrdinalIgnoreCase), name) is { } mirrored)
                Warning(mirrored.Key, name, "Windows reads the 64-bit view alone.", $"Move it to {home}.");
            if (_values.Find(home.Replace("HKEY_LOCAL_MACHINE", "HKEY_CURRENT_USER", StringComparison.Ordinal), name) is { } ofUser)
                Warning(ofUser.Key, name, "Automatic Updates reads settings of the computer alone, none of users.", $"Move it to {home}.");
            if (_values.Find(home, name) is not { } value) continue;
            var isText = name is "WUServer" or "WUStatusServer" or "TargetGroup";
            if (isText && value.Text is null) Error(home, name, "it is no text (REG_SZ), so that Windows does not read it.", "Set it as REG_SZ.");
            if (!isText && value.Number is null) Error(home, name, "it is no number (REG_DWORD), so that Windows does not read it.", "Delete it and set it as REG_DWORD.");
        }
    }

    private static bool Defers(RegistryValue value) => value switch
    {
        { Name: var name } when name.Equals("BranchReadinessLevel", StringComparison.OrdinalIgnoreCase) => value.Number is not 0,
        { Number: { } number } => number > 0,
        { Text: { } text } => text.Trim() is { Length: > 0 } and not "0",
        _ => false,
    };

    private string Text(string key, string name) => _values.Find(key, name)?.Text?.Trim() ?? "";

    private ulong? Number(string key, string name) => _values.Find(key, name)?.Number;

    private void Error(string key, string name, string why, string remedy) => Add(FindingSeverity.Error, key, name, why, remedy);

    private void Warning(string key, string name, string why, string remedy) => Add(FindingSeverity.Warning, key, name, why, remedy);

    private void Add(FindingSeverity severity, string key, string name, string why, string remedy) =>
        _findings.Add(new PolicyFinding(severity, key, name, name.Length == 0 ? null : _values.Find(key, name)?.Shown, string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(why[0])}{why[1..]}"), remedy));
}
