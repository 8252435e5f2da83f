namespace Hierarchy.Domain.Groups;

/// <summary>Patterns in which `*` stands for any text and `?` for one character; letter case does not matter. Allocates nothing.</summary>
public static class Wildcard
{
    /// <summary>True when the whole text is what the pattern says.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // Behind the last star, and where the text stood when it was met: only the last one is ever gone back to, so no pattern takes longer than their product.
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = ++p;
                mark = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || char.ToUpperInvariant(pattern[p]) == char.ToUpperInvariant(text[t])))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
