using System.Globalization;
using System.Xml.Linq;
using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>A rule's attributes have no meaning; the message says which.</summary>
internal sealed class RuleFormatException(string message) : Exception(message);

/// <summary>Reads the attributes of a rule element in the types of the update schemas.</summary>
internal readonly struct RuleAttributes(XElement element)
{
    internal string Required(string name) => Optional(name) ?? throw new RuleFormatException($"the attribute {name} is missing");

    internal string? Optional(string name) => element.Attribute(name)?.Value;

    internal bool Flag(string name) => Optional(name) is "true" or "1";

    internal uint UInt32(string name) => UInt32(name, Required(name));

    internal uint? OptionalUInt32(string name) => Optional(name) is { } text ? UInt32(name, text) : null;

    internal int Int32(string name) => Int32(name, Required(name));

    internal int? OptionalInt32(string name) => Optional(name) is { } text ? Int32(name, text) : null;

    internal long? OptionalInt64(string name)
    {
        if (Optional(name) is not { } text) return null;
        return long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : throw Bad(name, text, "a number");
    }

    internal FourPartVersion Version(string name) => OptionalVersion(name) ?? throw new RuleFormatException($"the attribute {name} is missing");

    internal FourPartVersion? OptionalVersion(string name)
    {
        if (Optional(name) is not { } text) return null;
        return FourPartVersion.TryParse(text, out var version) ? version : throw Bad(name, text, "a version");
    }

    internal DateTimeOffset? OptionalDate(string name)
    {
        if (Optional(name) is not { } text) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date)
            ? date
            : throw Bad(name, text, "a date");
    }

    internal Guid Guid(string name)
    {
        var text = Required(name);
        return System.Guid.TryParse(text, out var id) ? id : throw Bad(name, text, "a GUID");
    }

    internal TEnum Word<TEnum>(string name)
        where TEnum : struct, Enum
        => OptionalWord<TEnum>(name) ?? throw new RuleFormatException($"the attribute {name} is missing");

    internal TEnum? OptionalWord<TEnum>(string name)
        where TEnum : struct, Enum
    {
        if (Optional(name) is not { } text) return null;

        // Enum.TryParse takes numbers and lists too; the schema does not.
        return text.All(char.IsAsciiLetter) && Enum.TryParse<TEnum>(text, ignoreCase: true, out var word) ? word : throw Bad(name, text, "a word of the schema");
    }

    /// <summary>Key, Subkey and RegType32.</summary>
    internal KeyReference Key()
    {
        var hive = Required("Key");
        var subkey = Optional("Subkey") ?? "";
        var isLoopTarget = string.Equals(hive, "HKEY_LOOP_TARGET", StringComparison.OrdinalIgnoreCase);
        if (!isLoopTarget && RegistryPath.ShortHive(hive) is not ("HKLM" or "HKCU" or "HKCR" or "HKU" or "HKCC")) throw Bad("Key", hive, "a hive of the registry");
        return new KeyReference(new RegistryPath(isLoopTarget ? "HKLM" : hive, subkey, Flag("RegType32")), isLoopTarget);
    }

    /// <summary>Path with Csidl, or with the registry value that is put before it.</summary>
    internal FileReference File(bool isBelowRegistryValue)
        => isBelowRegistryValue
            ? new FileReference(Required("Path"), csidl: null, Key(), Optional("Value") ?? "")
            : new FileReference(Required("Path"), OptionalInt32("Csidl"), key: null, value: null);

    internal MsiBounds Bounds() => new(
        OptionalVersion("VersionMin"), Flag("ExcludeVersionMin"), OptionalVersion("VersionMax"), Flag("ExcludeVersionMax"), OptionalInt32("Language"));

    private static uint UInt32(string name, string text)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;

        // A DWORD written with a sign is the same 32 bits.
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var signed)
            ? unchecked((uint)signed)
            : throw Bad(name, text, "a number of 32 bits");
    }

    private static int Int32(string name, string text)
        => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Bad(name, text, "a number");

    private static RuleFormatException Bad(string name, string text, string what) => new($"{name}=\"{text}\" is not {what}");
}
