using System.Text.RegularExpressions;
using Xunit;

namespace Hierarchy.Tests.Architecture;

/// <summary>Holds the house style where a machine can see it.</summary>
public sealed partial class HouseRuleTests
{
    private const int LongestFile = 800;

    private static readonly string[] BannedFolders = ["Services", "Models", "Helpers", "Utils", "Utilities", "Common", "Core", "Misc"];
    private static readonly string[] BannedSegments = ["Grpc", "Console", "Microsoft", "System"];
    private static readonly string[] Clocks =
        ["DateTime.UtcNow", "DateTime.Now", "DateTime.Today", "DateTimeOffset.UtcNow", "DateTimeOffset.Now", "Stopwatch.StartNew", "new Stopwatch", "Stopwatch.GetTimestamp"];

    [Fact]
    public void Folders_AreNamedAfterFeatures()
    {
        var folders = SourceFiles.Under("src", "*.cs").Concat(SourceFiles.Under("tests", "*.cs"))
            .SelectMany(path => SourceFiles.Relative(path).Split('/').SkipLast(1)).Distinct();
        Assert.DoesNotContain(folders, folder => BannedFolders.Contains(folder, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Source_TakesTimeFromTimeProviderAlone() => Assert.Empty(SourceFiles.LinesWith(SourceFiles.Under("src", "*.cs"), Clocks));

    [Fact]
    public void Source_HoldsNothingUnfinished()
    {
        // Spelled in two pieces, so that this file does not find itself.
        string[] words = ["NotImplemented" + "Exception", "TO" + "DO", "FIX" + "ME", "HA" + "CK"];
        var files = SourceFiles.Under("src", "*.cs").Concat(SourceFiles.Under("tests", "*.cs")).Concat(SourceFiles.Under("protos", "*.proto"))
            .Concat(SourceFiles.Under("scripts", "*"));
        var pattern = new Regex(@"\b(" + string.Join('|', words) + @")\b");
        var found = files.SelectMany(file => File.ReadLines(file).Select((line, index) => (file, line, index)))
            .Where(entry => pattern.IsMatch(entry.line)).Select(entry => $"{SourceFiles.Relative(entry.file)}:{entry.index + 1}: {entry.line.Trim()}");
        Assert.Empty(found);
    }

    [Fact]
    public void Namespaces_HideNoRealOne()
    {
        foreach (var file in SourceFiles.Under("src", "*.cs").Concat(SourceFiles.Under("tests", "*.cs")))
            foreach (Match match in Namespace().Matches(File.ReadAllText(file)))
            {
                var segments = match.Groups["name"].Value.Split('.');
                if (segments[0] != "Hierarchy") continue;
                Assert.False(segments.Intersect(BannedSegments).Any(), $"{SourceFiles.Relative(file)} declares {match.Groups["name"].Value}, which hides a real namespace.");
            }
    }

    [Fact]
    public void Files_AreShortEnoughToRead()
    {
        var files = SourceFiles.Under("src", "*.cs").Concat(SourceFiles.Under("tests", "*.cs")).Concat(SourceFiles.Under("protos", "*.proto"))
            .Concat(SourceFiles.Under("scripts", "*"));
        Assert.All(files, file => Assert.True(File.ReadLines(file).Count() <= LongestFile, $"{SourceFiles.Relative(file)} is longer than {LongestFile} lines."));
    }

    [Fact]
    public void Tests_NeitherSleepNorSkipByAttribute()
    {
        var files = SourceFiles.Under("tests", "*.cs").Where(path => !path.EndsWith("HouseRuleTests.cs", StringComparison.Ordinal)).ToList();
        Assert.Empty(SourceFiles.LinesWith(files, "Thread.Sleep(", "Skip = \"", "Skip=\""));
    }

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Namespace();
}
