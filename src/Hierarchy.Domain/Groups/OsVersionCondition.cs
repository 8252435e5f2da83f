using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Hierarchy.Domain.Groups;

/// <summary>
/// What a rule says of the version of an operating system: a pattern (`10.0.22*`), or comparisons that must all hold (`>=10.0.19041 &lt;10.0.22000`); a version alone means that one. A comparison looks at
/// as many parts as it gives: 10.0.20348.2527 is `10.0.20348`, and `&lt;=10.0.20348`, and not `>10.0.20348`.
/// </summary>
public sealed class OsVersionCondition
{
    private const int MaxParts = 4;

    private readonly string? _pattern;
    private readonly Comparison[] _comparisons;

    private OsVersionCondition(string? pattern, Comparison[] comparisons) => (_pattern, _comparisons) = (pattern, comparisons);

    /// <summary>Reads one; <paramref name="error"/> tells what is wrong and what to write.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out OsVersionCondition? condition, [NotNullWhen(false)] out string? error)
    {
        (condition, error) = (null, null);
        var trimmed = text.Trim();
        if (trimmed.Length > 0 && trimmed.Contains('*', StringComparison.Ordinal) && trimmed.All(character => char.IsAsciiDigit(character) || character is '.' or '*' or '?'))
        {
            condition = new OsVersionCondition(trimmed, []);
            return true;
        }

        var comparisons = new List<Comparison>();
        Span<uint> numbers = stackalloc uint[MaxParts];
        foreach (var part in trimmed.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var sign = part.StartsWith(">=", StringComparison.Ordinal) || part.StartsWith("<=", StringComparison.Ordinal) ? part[..2] : part[0] is '>' or '<' or '=' ? part[..1] : "";
            var count = Parse(part.AsSpan(sign.Length), numbers);
            if (count == 0)
            {
                error = $"'{part}' says nothing of a version: write 10.0.22*, 10.0.20348, or comparisons as >=10.0.19041 <10.0.22000.";
                return false;
            }

            comparisons.Add(new Comparison(sign, numbers[..count].ToArray()));
        }

        if (comparisons.Count == 0)
        {
            error = "Nothing is said of the version: write 10.0.22*, 10.0.20348, or comparisons as >=10.0.19041 <10.0.22000.";
            return false;
        }

        condition = new OsVersionCondition(pattern: null, [.. comparisons]);
        return true;
    }

    /// <summary>False also for a version that is not known, or is none. Allocates nothing.</summary>
    public bool Matches(string version)
    {
        if (_pattern is not null) return Wildcard.Matches(_pattern, version);
        Span<uint> numbers = stackalloc uint[MaxParts];
        if (Parse(version, numbers) == 0) return false;
        foreach (var comparison in _comparisons)
            if (!comparison.Holds(numbers))
                return false;
        return true;
    }

    /// <summary>Fills the parts that are there, and zeros behind them; 0 for what is no version.</summary>
    private static int Parse(ReadOnlySpan<char> text, Span<uint> numbers)
    {
        numbers.Clear();
        var count = 0;
        foreach (var range in text.Split('.'))
        {
            if (count == MaxParts || !uint.TryParse(text[range], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[count])) return 0;
            count++;
        }

        return count;
    }

    private readonly record struct Comparison(string Sign, uint[] Parts)
    {
        public bool Holds(ReadOnlySpan<uint> version)
        {
            var order = version[..Parts.Length].SequenceCompareTo(Parts);
            return Sign switch
            {
                ">=" => order >= 0,
                "<=" => order <= 0,
                ">" => order > 0,
                "<" => order < 0,
                _ => order == 0,
            };
        }
    }
}
