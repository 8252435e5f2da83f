using System.Globalization;

namespace Hierarchy.Domain.Office;

/// <summary>
/// What a Windows Installer product code says of Office: KB 302663 (XP, `{WXYYZZZZ-6000-11D3-8CFE-0050048383C9}`), KB 832672 (2003, `…-0150048383C9`), KB 928516 (2007 and later,
/// `{BRMMmmmm-PPPP-LLLL-p000-D000000FF1CE}`).
/// </summary>
public static class OfficeProductCode
{
    private const string Xp = "-6000-11D3-8CFE-0050048383C9}";
    private const string Visio2002 = "-6D54-11D4-BEE3-00C04F990354}";
    private const string Of2003 = "-6000-11D3-8CFE-0150048383C9}";
    private const string Later = "0000000FF1CE}";

    // Windows Installer's part of Click-to-Run: licensing and registration. What streams is not installed by it.
    private static readonly string[] ClickToRunParts = ["007E", "008C", "008F", "00DD"];

    /// <summary>The generation, and which one where that holds several; null for what is not Office, and for the parts of Click-to-Run.</summary>
    public static OfficeProduct? Find(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (code.Length != 38) return null;
        if (Ends(Of2003)) return new OfficeProduct(OfficeProductLine.Office2003, "");
        if (Ends(Xp) || Ends(Visio2002)) return new OfficeProduct(OfficeProductLine.Xp2002, "");
        if (!Ends(Later) || ClickToRunParts.Contains(code.Substring(10, 4), StringComparer.OrdinalIgnoreCase)) return null;
        return int.TryParse(code.AsSpan(3, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            ? major switch
            {
                12 => new OfficeProduct(OfficeProductLine.Office2007, ""),
                14 => new OfficeProduct(OfficeProductLine.Later, "2010"),
                15 => new OfficeProduct(OfficeProductLine.Later, "2013"),
                16 => new OfficeProduct(OfficeProductLine.Later, "2016"),
                > 16 => new OfficeProduct(OfficeProductLine.Later, ""),
                _ => null,
            }
            : null;

        bool Ends(string end) => code.EndsWith(end, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The code of a key of Windows Installer's registry, where the digits of each part stand backwards and those of the last bytes in pairs; null for what is none.</summary>
    public static string? Unpack(string packed)
    {
        ArgumentNullException.ThrowIfNull(packed);
        if (packed.Length != 32 || !packed.All(char.IsAsciiHexDigit)) return null;
        var text = packed.ToUpperInvariant();
        Span<char> tail = stackalloc char[16];
        for (var index = 0; index < 16; index += 2) (tail[index], tail[index + 1]) = (text[17 + index], text[16 + index]);
        return $"{{{Backwards(text[..8])}-{Backwards(text[8..12])}-{Backwards(text[12..16])}-{tail[..4]}-{tail[4..]}}}";
    }

    private static string Backwards(string text) => new([.. text.Reverse()]);
}
