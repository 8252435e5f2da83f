using System.Globalization;

namespace Hierarchy.Cli.Formats;

/// <summary>Figures for people.</summary>
internal static class Human
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < Units.Length - 1; unit++) value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#} d"),
    };

    /// <summary>HRESULTs in hex, as Microsoft's documentation lists them; small exit codes as they are.</summary>
    public static string ResultCode(int code) => code switch
    {
        0 => "",
        < 0 or > 0xFFFF => $"0x{code:X8}",
        _ => code.ToString(CultureInfo.InvariantCulture),
    };

    public static string YesNo(bool value) => value ? "yes" : "no";
}
