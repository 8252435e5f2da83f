namespace Hierarchy.Tests.Architecture;

/// <summary>The repository's own text files: no build output, no generated code.</summary>
internal static class SourceFiles
{
    public static IEnumerable<string> Under(string folder, string pattern)
        => Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, folder), pattern, SearchOption.AllDirectories)
            .Where(path => !Relative(path).Split('/').Any(part => part is "bin" or "obj" or "TestResults"));

    public static string Relative(string path) => Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/');

    /// <summary>The lines that hold one of the words outside a comment, as `path:line: text`.</summary>
    public static List<string> LinesWith(IEnumerable<string> files, params string[] words)
    {
        var found = new List<string>();
        foreach (var file in files)
        {
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                number++;
                if (line.TrimStart().StartsWith("//", StringComparison.Ordinal)) continue;
                if (words.Any(word => line.Contains(word, StringComparison.Ordinal))) found.Add($"{Relative(file)}:{number}: {line.Trim()}");
            }
        }

        return found;
    }
}
