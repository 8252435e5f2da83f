using System.CommandLine;
using System.Globalization;

namespace Hierarchy.Cli.Formats;

/// <summary>A time of the past, as people write it: 2026-10-04, 2026-10-04T16:30Z, or how long ago (12h, 7d, 2w).</summary>
internal sealed record Moment(DateTimeOffset Time)
{
    private static readonly string[] Shapes = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd' 'HH:mm", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>An option that takes one.</summary>
    public static Option<Moment?> Option(string name, string description, TimeProvider time) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (Parse(text, time.GetUtcNow()) is { } moment) return moment;
            result.AddError($"'{text}' is no time: give a date or time in UTC (2026-10-04, 2026-10-04T16:30Z), or how long ago: {Quantity.Spans}.");
            return null;
        },
    };

    /// <summary>Null for what is none. Without an offset it is UTC.</summary>
    public static Moment? Parse(string text, DateTimeOffset now)
    {
        if (Quantity.TryParseSpan(text, out var ago)) return new Moment(now - ago);
        return DateTimeOffset.TryParseExact(text, Shapes, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? new Moment(time) : null;
    }
}
