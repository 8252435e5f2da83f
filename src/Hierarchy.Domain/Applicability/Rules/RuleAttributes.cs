using System.Globalization;
using System.Xml.Linq;
using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>A rule's attributes have no meaning; the message says which.</summary>
internal sealed class RuleFormatException(string message) : Exception(message);

/// <summary>Reads the attributes of a rule element in the types of the update schemas.</summary>
internal readonly struct RuleAttributes(XElement element)
{
    private static readonly string[] DateFormats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-ddK"];

    internal string Required(string name) => Optional(name) ?? throw Missing(name);

    internal string? Optional(string name) => element.Attribute(name)?.Value;

    internal bool Flag(string name) => Optional(name)?.Trim() switch
    {
        null or "false" or "0" => false,
        "true" or "1" => true,
        var text => throw Bad(name, text, "true or false"),
    };

    internal uint UInt32(string name) => OptionalUInt32(name) ?? throw Missing(name);

    internal uint? OptionalUInt32(string name) => (uint?)OptionalNumber(name, uint.MinValue, uint.MaxValue);

    internal int UInt16(string name) => OptionalUInt16(name) ?? throw Missing(name);

    internal int? OptionalUInt16(string name) => (int?)OptionalNumber(name, ushort.MinValue, ushort.MaxValue);

    /// <summary>The data of a REG_DWORD; one written with a sign is the same 32 bits.</summary>
    internal uint Dword(string name) => unchecked((uint)(OptionalNumber(name, int.MinValue, uint.MaxValue) ?? throw Missing(name)));

    internal int Int32(string name) => OptionalInt32(name) ?? throw Missing(name);

    internal int? OptionalInt32(string name) => (int?)OptionalNumber(name, int.MinValue, int.MaxValue);

    internal long Size(string name) => OptionalSize(name) ?? throw Missing(name);

    internal long? OptionalSize(string name) => OptionalNumber(name, 0, long.MaxValue);

    internal FourPartVersion Version(string name) => OptionalVersion(name) ?? throw Missing(name);

    internal FourPartVersion? OptionalVersion(string name)
    {
        if (Optional(name) is not { } text) return null;
        return FourPartVersion.TryParse(text, out var version) ? version : throw Bad(name, text, "a version");
    }

    internal DateTimeOffset Date(string name) => OptionalDate(name) ?? throw Missing(name);

    internal DateTimeOffset? OptionalDate(string name)
    {
        if (Optional(name) is not { } text) return null;

        // Nothing else: what .NET takes beyond these depends on the day on which it is read.
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowLeadingWhite | DateTimeStyles.AllowTrailingWhite;
        return DateTimeOffset.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, Styles, out var date)
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
        => OptionalWord<TEnum>(name) ?? throw Missing(name);

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
        if (!isLoopTarget && !RegistryPath.IsHive(hive)) throw Bad("Key", hive, "a hive of the registry");
        return new KeyReference(new RegistryPath(isLoopTarget ? "HKLM" : hive, subkey, Flag("RegType32")), isLoopTarget);
    }

    /// <summary>Path with Csidl, or with the registry value that is put before it.</summary>
    internal FileReference File(bool isBelowRegistryValue)
        => isBelowRegistryValue
            ? new FileReference(Required("Path"), csidl: null, Key(), Optional("Value") ?? "")
            : new FileReference(Required("Path"), OptionalInt32("Csidl"), key: null, value: null);

    internal MsiBounds Bounds() => new(
        OptionalVersion("VersionMin"), Flag("ExcludeVersionMin"), OptionalVersion("VersionMax"), Flag("ExcludeVersionMax"), OptionalInt32("Language"));

    private long? OptionalNumber(string name, long smallest, long largest)
    {
        if (Optional(name) is not { } text) return null;
        return long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= smallest && number <= largest
            ? number
            : throw Bad(name, text, $"a number from {smallest} to {largest}");
    }

    private static RuleFormatException Missing(string name) => new($"the attribute {name} is missing");

    private static RuleFormatException Bad(string name, string text, string what) => new($"{name}=\"{text}\" is not {what}");
}
