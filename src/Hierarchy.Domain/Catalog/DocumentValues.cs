using System.Globalization;

namespace Hierarchy.Domain.Catalog;

/// <summary>Reads the values that attributes of update documents hold. A value without meaning is refused with its name, never guessed.</summary>
internal static class DocumentValues
{
    public static Guid Guid(string name, string? value) =>
        System.Guid.TryParse(value, out var guid) ? guid : throw Meaningless(name, value, "a GUID");

    /// <summary>xs:boolean, in any letter case.</summary>
    public static bool Boolean(string name, string? value, bool absent) => value switch
    {
        null => absent,
        "true" or "1" => true,
        "false" or "0" => false,
        _ when value.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        _ when value.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        _ => throw Meaningless(name, value, "true or false"),
    };

    /// <summary>xs:dateTime; one without a zone is UTC.</summary>
    public static DateTimeOffset? Time(string name, string? value)
    {
        if (value is null) return null;
        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Meaningless(name, value, "a date and time");
    }

    /// <summary>Bytes; null where it is no number: what only people are shown refuses no document.</summary>
    public static long? Size(string value) => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    /// <summary>Base64 of exactly this many bytes.</summary>
    public static byte[] Digest(string name, string? value, int length)
    {
        var digest = new byte[length];
        return value is not null && Convert.TryFromBase64String(value, digest, out var written) && written == length
            ? digest
            : throw Meaningless(name, value, $"{length} bytes in base64");
    }

    public static IntegrityException Meaningless(string name, string? value, string wanted) =>
        new(value is null ? $"{name} is missing; it is {wanted}." : $"{name} `{Short(value)}` is not {wanted}.");

    private static string Short(string value) => value.Length <= 80 ? value : $"{value.AsSpan(0, 80)}…";
}
