using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Agent.Scan;

/// <summary>Finds files of Windows paths in a folder: `C:\A\b.txt` is `ROOT/C/A/b.txt`. Names compare without case, as on Windows.</summary>
internal sealed class DiskFiles(string root)
{
    private static readonly EnumerationOptions AnyCase = new() { MatchCasing = MatchCasing.CaseInsensitive, MatchType = MatchType.Simple, AttributesToSkip = 0 };

    /// <summary>The file at the path, which is canonical: single backslashes, no `..`; null when there is none.</summary>
    internal FileFacts? Find(string path)
    {
        if (Locate(path) is not { } found) return null;
        var file = new FileInfo(found);
        if (!file.Exists) return null;
        var facts = new FileFacts { Size = file.Length, Created = new DateTimeOffset(file.CreationTimeUtc), Modified = new DateTimeOffset(file.LastWriteTimeUtc) };

        // A pipe has no length, and would be waited for.
        if (file.Length == 0) return facts;
        try
        {
            return VersionResource.Read(found) is { } resource ? facts with { Version = resource.Version, Language = resource.Language } : facts;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return facts with { VersionProblem = $"its version cannot be read: {exception.Message}" };
        }
    }

    private string? Locate(string path)
    {
        // A share has no place here.
        if (path.StartsWith('\\') || path.Contains('\0', StringComparison.Ordinal)) return null;
        var segments = path.Split('\\');
        if (segments[0] is not [var drive, ':'] || !char.IsAsciiLetter(drive)) return null;
        segments[0] = char.ToUpperInvariant(drive).ToString();
        if (segments.Any(segment => segment is "" or "." or ".." || segment.Contains('/', StringComparison.Ordinal))) return null;

        var exact = Path.Combine([root, .. segments]);
        if (File.Exists(exact)) return exact;
        var folder = root;
        foreach (var segment in segments)
        {
            if (!Directory.Exists(folder)) return null;
            if (Directory.EnumerateFileSystemEntries(folder, Escape(segment), AnyCase).FirstOrDefault() is not { } next) return null;
            folder = next;
        }

        return folder;
    }

    // A star or a question mark in a rule is no pattern; on Windows no file has one in its name.
    private static string Escape(string segment) => segment.IndexOfAny(['*', '?']) < 0 ? segment : "\u0001";
}
