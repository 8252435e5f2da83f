using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Hierarchy.Cli.Policies.Check;

/// <summary>
/// Reads the report of `gpresult /x`: the policies that won on a computer, translated into the values that they write. Policies are told by their English names, as WindowsUpdate.admx has them; where a report
/// is in another language, that is said. Resolves nothing, and reads no more than it was given.
/// </summary>
internal static class PolicyReportReader
{
    private const string Windows = @"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate";
    private const string Automatic = Windows + @"\AU";

    /// <summary>True when the text begins as XML does.</summary>
    public static bool IsOne(string text) => text.AsSpan().TrimStart().StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) || text.AsSpan().TrimStart().StartsWith("<Rsop", StringComparison.Ordinal);

    /// <exception cref="FormatException">It is no such report.</exception>
    public static (RegistryValues Values, IReadOnlyList<string> NotUnderstood) Read(string text)
    {
        XDocument document;
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = text.Length };
            using var reader = XmlReader.Create(new StringReader(text.TrimStart()), settings);
            document = XDocument.Load(reader);
        }
        catch (XmlException exception)
        {
            throw new FormatException($"it is no XML: {exception.Message}", exception);
        }

        if (document.Root?.Name.LocalName != "Rsop") throw new FormatException($"its root is <{document.Root?.Name.LocalName}>, not <Rsop>: it is no report of gpresult /x");
        if (Child(document.Root, "ComputerResults") is not { } computer) throw new FormatException("it has no results for the computer: run gpresult /x FILE /scope computer as administrator");
        var (values, unknown) = (new RegistryValues(), new List<string>());
        foreach (var policy in computer.Descendants().Where(element => element.Name.LocalName == "Policy" && Text(element, "Precedence") is "" or "1"))
            if (!Apply(policy, values) && Text(policy, "Category").Contains("Windows Update", StringComparison.OrdinalIgnoreCase)) unknown.Add(Text(policy, "Name"));
        foreach (var setting in computer.Descendants().Where(element => element.Name.LocalName == "RegistrySetting" && Text(element, "Precedence") is "" or "1"))
            Apply(setting, Text(setting, "KeyPath"), values);
        return (values, unknown);
    }

    // A value that no template explains ("Extra Registry Settings"), or of Preferences.
    private static void Apply(XElement setting, string key, RegistryValues values)
    {
        if (key.Length == 0) return;
        if (!key.StartsWith("HKEY_", StringComparison.OrdinalIgnoreCase)) key = @"HKEY_LOCAL_MACHINE\" + key;
        foreach (var value in setting.Elements().Where(element => element.Name.LocalName == "Value"))
        {
            var name = Text(value, "Name");
            if (Child(value, "Number") is { } number && ulong.TryParse(number.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) values.Set(new RegistryValue(key, name, parsed, Text: null));
            else if (Child(value, "String") is { } text) values.Set(new RegistryValue(key, name, Number: null, text.Value));
        }
    }

    private static bool Apply(XElement policy, RegistryValues values)
    {
        bool? state = Text(policy, "State") switch { "Enabled" => true, "Disabled" => false, _ => null };
        if (state is not { } isEnabled) return false;
        switch (Text(policy, "Name"))
        {
            case "Specify intranet Microsoft update service location":
                Number(Automatic, "UseWUServer", isEnabled ? 1u : 0u);
                SetText("WUServer", "Set the intranet update service for detecting updates");
                SetText("WUStatusServer", "Set the intranet statistics server");
                SetText("UpdateServiceUrlAlternate", "Set the alternate download server");
                return true;
            case "Configure Automatic Updates":
                Number(Automatic, "NoAutoUpdate", isEnabled ? 0u : 1u);
                Leading(Automatic, "AUOptions", "Configure automatic updating");
                Leading(Automatic, "ScheduledInstallDay", "Scheduled install day");
                return true;
            case "Enable client-side targeting":
                Number(Windows, "TargetGroupEnabled", isEnabled ? 1u : 0u);
                SetText("TargetGroup", "Target group name for this computer");
                return true;
            case "Automatic Updates detection frequency":
                Number(Automatic, "DetectionFrequencyEnabled", isEnabled ? 1u : 0u);
                Leading(Automatic, "DetectionFrequency", "interval (hours)");
                return true;
            case "Do not allow update deferral policies to cause scans against Windows Update":
                Number(Windows, "DisableDualScan", isEnabled ? 1u : 0u);
                return true;
            case "Do not connect to any Windows Update Internet locations":
                Number(Windows, "DoNotConnectToWindowsUpdateInternetLocations", isEnabled ? 1u : 0u);
                return true;
            case "Specify source service for specific classes of Windows Updates":
                Number(Automatic, "UseUpdateClassPolicySource", isEnabled ? 1u : 0u);
                foreach (var kind in (string[])["Feature", "Quality", "Driver", "Other"])
                    if (Option($"{kind} Updates") is { Length: > 0 } source)
                        Number(Windows, $"SetPolicyDrivenUpdateSourceFor{kind}Updates", source.Contains("Server Update", StringComparison.OrdinalIgnoreCase) ? 1u : 0u);
                return true;
            case "Select when Quality Updates are received":
                Number(Windows, "DeferQualityUpdates", isEnabled ? 1u : 0u);
                return true;
            case "Select when Preview Builds and Feature Updates are received" or "Select when Feature Updates are received":
                Number(Windows, "DeferFeatureUpdates", isEnabled ? 1u : 0u);
                return true;
            case "Select the target Feature Update version":
                Number(Windows, "TargetReleaseVersion", isEnabled ? 1u : 0u);
                return true;
            case "Remove access to use all Windows Update features":
                Number(Windows, "SetDisableUXWUAccess", isEnabled ? 1u : 0u);
                return true;
            case "Turn off access to all Windows Update features":
                Number(Windows, "DisableWindowsUpdateAccess", isEnabled ? 1u : 0u);
                return true;
            default:
                return false;
        }

        void Number(string key, string name, uint number) => values.Set(new RegistryValue(key, name, number, Text: null));

        void SetText(string name, string label)
        {
            if (isEnabled && Option(label) is { Length: > 0 } text) values.Set(new RegistryValue(Windows, name, Number: null, text));
        }

        void Leading(string key, string name, string label)
        {
            var digits = new string([.. Option(label).TakeWhile(char.IsAsciiDigit)]);
            if (isEnabled && uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) Number(key, name, number);
        }

        // What was chosen or typed in the policy's field with that label: a drop-down list has the chosen one in <Value><Name>, others in <Value>.
        string Option(string label) => policy.Elements().Where(element => Text(element, "Name").Contains(label, StringComparison.OrdinalIgnoreCase))
            .Select(element => Child(element, "Value")).Where(value => value is not null).Select(value => (Child(value!, "Name") ?? value!).Value.Trim()).FirstOrDefault() ?? ""; // Filtered just before.
    }

    private static XElement? Child(XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name);

    private static string Text(XElement element, string name) => Child(element, name)?.Value.Trim() ?? "";
}
