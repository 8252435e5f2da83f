using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

internal abstract class OperatingSystemRule(string name) : ApplicabilityRule(name)
{
    internal sealed override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.OperatingSystem;
        return fact.IsKnown(out var system) ? Compare(system) : Cannot(fact);
    }

    private protected abstract RuleOutcome Compare(OperatingSystemFacts system);
}

internal sealed class PlatformRule(string platform) : OperatingSystemRule("Platform")
{
    private protected override RuleOutcome Compare(OperatingSystemFacts system)
        => Is(string.Equals(Family(platform), Family(system.Platform), StringComparison.OrdinalIgnoreCase), $"the platform is {system.Platform}");

    private protected override string Describe() => platform;

    // VER_PLATFORM_WIN32_NT is 2; documents were seen to write `Windows`.
    private static string Family(string name) => name.ToUpperInvariant() is "WIN32NT" or "WINNT" or "2" ? "Windows" : name;
}

/// <summary>What WindowsVersion and PlatformVersion ask for; null is not asked for.</summary>
internal sealed record VersionWanted(
    ScalarComparison Comparison, uint? Major, uint? Minor, uint? Build, uint? ServicePackMajor, uint? ServicePackMinor,
    bool AllSuites, uint? SuiteMask, uint? ProductType);

/// <summary>
/// Win32 VerifyVersionInfo. Major, minor and service pack numbers are one number of several digits: the first that differs decides. The build number stands beside them,
/// with the same comparison. Product type is compared for equality, suites by mask.
/// </summary>
internal sealed class WindowsVersionRule(string name, VersionWanted wanted) : OperatingSystemRule(name)
{
    private protected override RuleOutcome Compare(OperatingSystemFacts system)
    {
        if (wanted.ProductType is { } type && type != system.ProductType) return Is(false, $"the product type is {system.ProductType}");
        if (wanted.SuiteMask is { } mask && mask != 0)
        {
            var common = mask & system.SuiteMask;
            if (wanted.AllSuites ? common != mask : common == 0) return Is(false, $"the suite mask is {system.SuiteMask}");
        }

        if (wanted.Build is { } build && !wanted.Comparison.Holds(system.Build.CompareTo(build))) return Is(false, $"the build is {system.Build}");

        var isAsked = (wanted.Major ?? wanted.Minor ?? wanted.ServicePackMajor ?? wanted.ServicePackMinor) is not null;
        var sign = Sign(system.Major, wanted.Major);
        if (sign == 0) sign = Sign(system.Minor, wanted.Minor);
        if (sign == 0) sign = Sign(system.ServicePackMajor, wanted.ServicePackMajor);
        if (sign == 0) sign = Sign(system.ServicePackMinor, wanted.ServicePackMinor);
        return Is(!isAsked || wanted.Comparison.Holds(sign), $"it is {system.Major}.{system.Minor}.{system.Build} service pack {system.ServicePackMajor}.{system.ServicePackMinor}");

        static int Sign(uint has, uint? asked) => asked is { } number ? has.CompareTo(number) : 0;
    }

    private protected override string Describe()
    {
        var parts = new List<string> { wanted.Comparison.ToString() };
        Add("major", wanted.Major);
        Add("minor", wanted.Minor);
        Add("build", wanted.Build);
        Add("service pack", wanted.ServicePackMajor);
        Add("service pack minor", wanted.ServicePackMinor);
        Add("product type", wanted.ProductType);
        Add(wanted.AllSuites ? "all suites of" : "a suite of", wanted.SuiteMask);
        return string.Join(' ', parts);

        void Add(string word, uint? number)
        {
            if (number is not null) parts.Add($"{word} {number}");
        }
    }
}

/// <summary>WindowsLanguage and PlatformLanguage. A tag without a region (`en`) means every region of the language.</summary>
internal sealed class LanguageRule(string name, string language) : OperatingSystemRule(name)
{
    private protected override RuleOutcome Compare(OperatingSystemFacts system)
    {
        if (system.MuiLanguages is null) return Cannot("whether MUI is installed is not known");
        if (system.MuiLanguages.Count > 0) return Is(false, "MUI is installed");
        return system.Language is { } has ? Is(Matches(has, language), $"the language is {has}") : Cannot("the language of the system is not known");
    }

    internal static bool Matches(string has, string wanted)
        => has.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) && (has.Length == wanted.Length || has[wanted.Length] == '-');

    private protected override string Describe() => language;
}

internal sealed class MuiInstalledRule() : OperatingSystemRule("MuiInstalled")
{
    private protected override RuleOutcome Compare(OperatingSystemFacts system)
        => system.MuiLanguages is { } languages ? Is(languages.Count > 0) : Cannot("whether MUI is installed is not known");

    private protected override string Describe() => "";
}

internal sealed class MuiLanguageInstalledRule(string language) : OperatingSystemRule("MuiLanguageInstalled")
{
    private protected override RuleOutcome Compare(OperatingSystemFacts system)
        => system.MuiLanguages is { } languages
            ? Is(languages.Any(has => LanguageRule.Matches(has, language)))
            : Cannot("whether MUI is installed is not known");

    private protected override string Describe() => language;
}

internal sealed class ProcessorRule(int architecture, int? level, int? revision) : OperatingSystemRule("Processor")
{
    private protected override RuleOutcome Compare(OperatingSystemFacts system)
    {
        if (system.Architecture != architecture) return Is(false, $"the architecture is {system.Architecture}");
        if (level is not null && system.ProcessorLevel is null) return Cannot("the level of the processor is not known");
        if (level is not null && system.ProcessorLevel != level) return Is(false, $"the level is {system.ProcessorLevel}");
        if (revision is not null && system.ProcessorRevision is null) return Cannot("the revision of the processor is not known");
        return revision is not null && system.ProcessorRevision != revision ? Is(false, $"the revision is {system.ProcessorRevision}") : Is(true);
    }

    private protected override string Describe() => $"architecture {architecture}";
}

internal sealed class NumberOfProcessorsRule(ScalarComparison comparison, uint number) : OperatingSystemRule("NumberOfProcessors")
{
    private protected override RuleOutcome Compare(OperatingSystemFacts system)
        => system.ProcessorCount is { } count
            ? Is(comparison.Holds(((long)count).CompareTo(number)), $"there are {count}")
            : Cannot("the number of processors is not known");

    private protected override string Describe() => $"{comparison} {number}";
}

internal sealed class SystemMetricRule(int index, ScalarComparison comparison, int value) : ApplicabilityRule("SystemMetric")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.ReadSystemMetric(index);
        return fact.State == FactState.Unknown ? Cannot(fact) : Is(comparison.Holds(fact.Value.CompareTo(value)), $"it is {fact.Value}");
    }

    private protected override string Describe() => $"{index} {comparison} {value}";
}

internal sealed class ClusteredOSRule() : ApplicabilityRule("ClusteredOS")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.IsClustered;
        return fact.State == FactState.Unknown ? Cannot(fact) : Is(fact.Value);
    }

    private protected override string Describe() => "";
}

internal sealed class LicenseValueExistsRule(string value) : ApplicabilityRule("LicenseValueExists")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.ReadLicense(value);
        return fact.State == FactState.Unknown ? Cannot(fact) : Is(fact.State == FactState.Known);
    }

    private protected override string Describe() => value;
}

internal sealed class LicenseDwordRule(string value, ScalarComparison comparison, uint data) : ApplicabilityRule("LicenseDword")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.ReadLicense(value);
        return fact.State switch
        {
            FactState.Known => Is(comparison.Holds(fact.Value.CompareTo(data)), $"it is {fact.Value}"),
            FactState.Absent => Is(false, "there is no such licence value"),
            _ => Cannot(fact),
        };
    }

    private protected override string Describe() => $"{value} {comparison} {data}";
}

internal sealed class WmiQueryRule(string @namespace, string query) : ApplicabilityRule("WmiQuery")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.HasWmiResults(@namespace, query);
        return fact.State == FactState.Unknown ? Cannot(fact) : Is(fact.Value);
    }

    private protected override string Describe() => $"'{query}' in {@namespace}";
}

internal sealed class InstalledOnceRule() : ApplicabilityRule("InstalledOnce")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.WasInstalled(context.Update.UpdateId);
        return fact.State == FactState.Unknown ? Cannot(fact) : Is(fact.Value);
    }

    private protected override string Describe() => "";
}

/// <summary>A vendor's extension. Without a comparison it asks whether the thing is there; values compare as versions when both are, else as text.</summary>
internal sealed class GenericQueryRule(string @namespace, string type, string parameter, ScalarComparison? comparison, string? value)
    : ApplicabilityRule("GenericQuery")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.ReadGeneric(@namespace, type, parameter);
        if (fact.State == FactState.Absent) return Is(false, "there is no such thing");
        if (!fact.IsKnown(out var found)) return Cannot(fact);
        if (value is null) return Is(true, $"it is '{found}'");
        return Values.TryCompare(found, value, comparison ?? ScalarComparison.EqualTo, out var holds) ? Is(holds, $"it is '{found}'") : Cannot($"'{found}' has no order");
    }

    private protected override string Describe() => $"{type}({parameter}) of {@namespace} {comparison} {value}".TrimEnd();
}

/// <summary>Not in the published schemas; seen in Microsoft's catalog: Name, Type (String or Version), Comparison, Value.</summary>
internal sealed class DeviceAttributeRule(string attribute, ScalarComparison comparison, string value) : ApplicabilityRule("DeviceAttribute")
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.ReadDeviceAttribute(attribute);
        if (fact.State == FactState.Absent) return Is(false, "the device has no such attribute");
        if (!fact.IsKnown(out var found)) return Cannot(fact);
        return Values.TryCompare(found, value, comparison, out var holds) ? Is(holds, $"it is '{found}'") : Cannot($"'{found}' has no order");
    }

    private protected override string Describe() => $"{attribute} {comparison} '{value}'";
}

/// <summary>ProductReleaseInstalled (at least that version) and ProductReleaseVersion; not in the published schemas, seen in Microsoft's catalog.</summary>
internal sealed class ProductReleaseRule(string name, string product, ScalarComparison comparison, FourPartVersion version) : ApplicabilityRule(name)
{
    internal override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = context.Facts.FindProductRelease(product);
        return fact.State switch
        {
            FactState.Known => Is(comparison.Holds(fact.Value.CompareTo(version)), $"it is {fact.Value}"),
            FactState.Absent => Is(false, "it is not installed"),
            _ => Cannot(fact),
        };
    }

    private protected override string Describe() => $"{product} {comparison} {version}";
}

internal static class Values
{
    /// <summary>Compares as versions when both are, as text for equality otherwise; false when the order of two texts is asked for.</summary>
    internal static bool TryCompare(string found, string wanted, ScalarComparison comparison, out bool holds)
    {
        if (FourPartVersion.TryParse(found, out var left) && FourPartVersion.TryParse(wanted, out var right))
        {
            holds = comparison.Holds(left.CompareTo(right));
            return true;
        }

        var isEqual = string.Equals(found, wanted, StringComparison.OrdinalIgnoreCase);
        holds = isEqual && comparison is ScalarComparison.EqualTo or ScalarComparison.LessThanOrEqualTo or ScalarComparison.GreaterThanOrEqualTo;
        return comparison == ScalarComparison.EqualTo || isEqual;
    }
}
