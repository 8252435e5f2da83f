using System.Text;

namespace Hierarchy.Agent.Install;

/// <summary>Makes a name for a file out of what an update calls it. The update is not trusted: nothing in its name may leave the folder, or mean something to a system.</summary>
internal static class SafeFileName
{
    private const int MaximumLength = 120;

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    internal static string From(string name)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var safe = new StringBuilder(last.Length);
        foreach (var character in last)
            safe.Append(char.IsControl(character) || character is '<' or '>' or ':' or '"' or '|' or '?' or '*' ? '_' : character);
        var trimmed = safe.ToString().Trim().TrimEnd('.', ' ');
        if (trimmed.Length > MaximumLength)
        {
            var extension = Path.GetExtension(trimmed);
            trimmed = extension.Length < 20 ? trimmed[..(MaximumLength - extension.Length)] + extension : trimmed[..MaximumLength];
        }

        if (trimmed.Length == 0 || trimmed.All(character => character == '.')) return "_";
        return Reserved.Contains(Path.GetFileNameWithoutExtension(trimmed)) ? "_" + trimmed : trimmed;
    }
}
