using System.Text.RegularExpressions;
using Xunit;

namespace Hierarchy.Tests.Architecture;

/// <summary>Whatever is decided says who decided it: there is one way into the log for decisions, and it asks.</summary>
public sealed partial class AuditedDecisionTests
{
    // What these write is no decision of anybody (the catalog, keys, the list of servers), or adds the entry itself.
    private static readonly string[] Writers =
    [
        "Api/Admin/DecisionDesk.cs", "Auditing/AuditKeeper.cs", "Roles/Enrolment.cs", "Upstream/CatalogSink.cs", "Upstream/SealedKeys.cs",
    ];

    [Fact]
    public void Server_CommitsToItsLog_OnlyWhereEntriesAreWritten()
    {
        var found = SourceFiles.Under("src/Hierarchy.Server", "*.cs").Where(file => Commit().IsMatch(File.ReadAllText(file)))
            .Select(file => SourceFiles.Relative(file)["src/Hierarchy.Server/".Length..]).Order(StringComparer.Ordinal);

        Assert.Equal(Writers, found);
    }

    [Fact]
    public void Server_EveryDecision_NamesItsVerb()
    {
        var calls = SourceFiles.Under("src/Hierarchy.Server", "*.cs").SelectMany(file => Decide().Matches(File.ReadAllText(file)).Select(match => (File: SourceFiles.Relative(file), match.Value))).ToArray();

        Assert.True(calls.Length > 15, "The decisions were not found.");
        Assert.All(calls, call => Assert.Matches(@"DecideAsync(<.*>)?\(\s*(new DecisionIntent\(|intent\b)", call.Value));
    }

    // A log's method, on whatever field holds one.
    [GeneratedRegex(@"\b(_?log|_?authority|own)!?\s*\.CommitAsync\(|\bIAuthorityLog>\(\)\s*\.CommitAsync\(", RegexOptions.ExplicitCapture)]
    private static partial Regex Commit();

    [GeneratedRegex(@"\bdesk\s*\.DecideAsync(<.*>)?\(\s*.{0,60}", RegexOptions.ExplicitCapture)]
    private static partial Regex Decide();
}
