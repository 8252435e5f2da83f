using Google.Protobuf;
using Hierarchy.Agent.Scan;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Testing;
using Hierarchy.Tests.Applicability;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Agent;

public sealed class ScannerTests : IDisposable
{
    private static readonly RuleModel V0 = new(0, IsFirstNegated: false, 0);
    private static readonly RuleModel V1 = new(1, IsFirstNegated: false, 1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scan_Again_DecidesOnlyWhatChangedAndAfterARestartEverything()
    {
        using var folder = StateFolder.Open(_folder["state"], TimeProvider.System, NullLogger.Instance);
        using var book = DecisionBook.Open(folder);
        using var documents = DocumentCache.Open(folder, NullLogger.Instance);
        UpdateRevision[] revisions = [Revision(1, V0), Revision(2, V1), Revision(3, V1)];
        for (var number = 1; number <= revisions.Length; number++) documents.Add(number, [], new CachedDocument(revisions[number - 1], ReadOnlyMemory<byte>.Empty));
        book.Replace(revisions.Select((revision, index) => new ClientDecision(index + 1, revision.Id, DecisionAction.Evaluate, Deadline: null, 1)), At(1), ByteString.Empty);
        var scanner = new Scanner(book, documents);

        var first = Scan(CatalogModel.ToFacts([1, 1, 0, 0]), evaluated: 3);
        Scan(CatalogModel.ToFacts([1, 1, 0, 0]), evaluated: 0);
        Assert.Equal(UpdateState.Installed, scanner.ScanOne(revisions[1].Id, CatalogModel.ToFacts([1, 2, 0, 0]))?.State);
        var second = Scan(CatalogModel.ToFacts([1, 2, 0, 0]), evaluated: 2);

        // A decision that is another changes nothing about the document; one that is withdrawn takes it away.
        book.Apply([new ClientDecision(1, revisions[0].Id, DecisionAction.Install, Deadline: null, 2)], [3], At(2), ByteString.Empty);
        var third = Scan(CatalogModel.ToFacts([1, 2, 0, 0]), evaluated: 0);
        scanner = new Scanner(book, documents);
        Scan(CatalogModel.ToFacts([1, 2, 0, 0]), evaluated: 2);

        Assert.Equal(UpdateState.NotInstalled, first.StateOf(revisions[1].Id));
        Assert.Equal(UpdateState.Installed, second.StateOf(revisions[1].Id));
        Assert.Equal(UpdateState.Installed, second.StateOf(revisions[2].Id));
        Assert.Equal(UpdateState.Unknown, third.StateOf(revisions[2].Id));
        Assert.Null(scanner.ScanOne(revisions[2].Id, CatalogModel.ToFacts([0, 0, 0, 0])));

        ScanResult Scan(Hierarchy.Domain.Applicability.Facts.FactSet facts, int evaluated)
        {
            var result = scanner.Scan(facts);
            Assert.Equal(evaluated, scanner.LastEvaluated);
            Assert.Equal(ApplicabilityEvaluator.Evaluate(result.Revisions.Values, facts), result.Results);
            return result;
        }
    }

    [Fact]
    public void FactsFile_ChangedBetweenScans_IsUnderstoodAgain()
    {
        var path = _folder["facts.json"];
        File.WriteAllText(path, """{ "os": { "major": 10 } }""");
        var file = FactsFile.Open(path);
        var update = new Guid("00000000-0000-0000-0000-000000000001");

        Assert.Equal(10u, file.Read(new HashSet<Guid>()).OperatingSystem.Value?.Major);
        File.WriteAllText(path, """{ "os": { "major": 11 } }""");
        Assert.Equal(11u, file.Read(new HashSet<Guid>()).OperatingSystem.Value?.Major);
        Assert.True(file.Read(new HashSet<Guid> { update }).WasInstalled(update).Value);
        Assert.False(file.Read(new HashSet<Guid>()).WasInstalled(update).Value);
    }

    private static UpdateRevision Revision(int update, RuleModel installed)
        => new RevisionModel(update, 1, UpdateType.Software, [], [], installed, Superseded: null, Installable: null).ToRevision();

    private static Position At(long sequence) => new() { Sequence = sequence, Epoch = 1 };
}
