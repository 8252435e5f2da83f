using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Hierarchy.Content.Serving;

/// <summary>What a Range header asks of a file (RFC 9110, section 14). No I/O.</summary>
internal static class ByteRanges
{
    /// <summary>More ranges than this in one request are refused as not satisfiable; the header's own limit comes first with most clients.</summary>
    public const int MaxRanges = 1_000;

    /// <summary>
    /// False when the header is absent or no byte range: the whole file is the answer. True with an empty list: nothing that
    /// it asks for exists. Ranges keep the order of the request, unless some overlap: those are merged, so an answer is never longer than the file.
    /// </summary>
    public static bool TryParse(StringValues header, long size, [NotNullWhen(true)] out IReadOnlyList<ByteRange>? ranges)
    {
        ranges = null;
        if (header.Count != 1 || !RangeHeaderValue.TryParse(header.ToString(), out var value)) return false;
        if (!value.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase) || value.Ranges.Count == 0) return false;

        var found = new List<ByteRange>(value.Ranges.Count);
        foreach (var item in value.Ranges)
        {
            var range = item.From is { } from
                ? new ByteRange(from, Math.Min(item.To ?? long.MaxValue, size - 1))
                : new ByteRange(Math.Max(0, size - (item.To ?? 0)), size - 1);
            if (range.From <= range.To) found.Add(range);
        }

        ranges = value.Ranges.Count > MaxRanges ? [] : Merge(found);
        return true;
    }

    private static List<ByteRange> Merge(List<ByteRange> ranges)
    {
        if (ranges.Count < 2) return ranges;
        var sorted = ranges.OrderBy(range => range.From).ToList();
        var merged = new List<ByteRange>(sorted.Count) { sorted[0] };
        foreach (var range in sorted.Skip(1))
        {
            if (range.From <= merged[^1].To) merged[^1] = new ByteRange(merged[^1].From, Math.Max(merged[^1].To, range.To));
            else merged.Add(range);
        }

        return merged.Count == ranges.Count ? ranges : merged;
    }
}
