using System.Globalization;

namespace Hierarchy.Cli.Formats;

/// <summary>Reads sizes (500GB, 1.5TiB, 0) and spans (30d, 12h) as people write them.</summary>
internal static class Quantity
{
    public const string Sizes = "a number of bytes, or one with KB, MB, GB, TB (thousands) or KiB, MiB, GiB, TiB (1024s)";
    public const string Spans = "a number with h, d or w: 12h, 30d, 8w";

    private static readonly (string Unit, double Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ];

    public static bool TryParseBytes(string? text, out long bytes)
    {
        bytes = 0;
        text = text?.Trim() ?? "";
        var factor = 1.0;
        foreach (var (unit, size) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;
            (text, factor) = (text[..^unit.Length].TrimEnd(), size);
            break;
        }

        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count * factor >= long.MaxValue) return false;
        bytes = (long)(count * factor);
        return true;
    }

    public static bool TryParseSpan(string? text, out TimeSpan span)
    {
        span = default;
        text = text?.Trim() ?? "";
        if (text.Length < 2 || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > 100_000) return false;
        double? hours = text[^1] switch { 'h' => count, 'd' => count * 24, 'w' => count * 168, _ => null };
        if (hours is null) return false;
        span = TimeSpan.FromSeconds(Math.Round(hours.Value * 3600));
        return true;
    }
}
