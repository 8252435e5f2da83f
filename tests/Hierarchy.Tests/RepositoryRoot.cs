namespace Hierarchy.Tests;

/// <summary>Finds the repository and, where they are present, the recorded exchanges beside it.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    /// <summary>The absolute path of a fixture; skips the test, saying so, where the recordings are absent.</summary>
    public static string Fixture(string relative)
    {
        var folder = System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, "..", "shared", "fixtures"));
        Xunit.Assert.SkipUnless(Directory.Exists(folder), "fixtures are absent: ../shared/fixtures");
        return System.IO.Path.Combine(folder, relative);
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Hierarchy.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside a checkout: no folder above them holds Hierarchy.sln.");
    }
}
