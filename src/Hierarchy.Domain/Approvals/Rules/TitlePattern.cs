namespace Hierarchy.Domain.Approvals.Rules;

/// <summary>A pattern that a whole title must look like: `*` stands for any text, also none, `?` for one character; letter case does not matter.</summary>
public static class TitlePattern
{
    /// <summary>True when the title looks so; any does for an empty pattern. Takes no longer than both lengths multiplied, whatever the pattern.</summary>
    public static bool Matches(string pattern, string title)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(title);
        if (pattern.Length == 0) return true;
        var (at, next) = (0, 0);
        var (star, from) = (-1, 0); // The last star, and where in the title what follows it is looked for.
        while (at < title.Length)
        {
            if (next < pattern.Length && pattern[next] == '*')
            {
                (star, from) = (next++, at);
            }
            else if (next < pattern.Length && (pattern[next] == '?' || char.ToUpperInvariant(pattern[next]) == char.ToUpperInvariant(title[at])))
            {
                at++;
                next++;
            }
            else if (star >= 0)
            {
                // The star stands for one character more.
                (next, at) = (star + 1, ++from);
            }
            else
            {
                return false;
            }
        }

        while (next < pattern.Length && pattern[next] == '*') next++;
        return next == pattern.Length;
    }
}
