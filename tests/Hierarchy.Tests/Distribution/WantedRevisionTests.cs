using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.Distribution;

/// <summary>Files of the revisions that computers get, which need not be the newest.</summary>
public sealed class WantedRevisionTests
{
    private static readonly Guid Update = Guid.NewGuid();
    private static readonly Guid Child = Guid.NewGuid();
    private static readonly TargetGroup Pilot = new(Guid.NewGuid(), "Pilot", TargetGroup.AllComputers.Id);

    [Theory]
    [InlineData(false, "b2 c2")]
    [InlineData(true, "b1 b2 c1 c2")]
    public void Of_ApprovalsForTwoRevisions_WantsTheFilesOfThoseThatCount(bool keeps, string files)
    {
        var builder = new ServedViewBuilder();
        builder.Apply(new ViewRecord.Group(1, Pilot.Id, Pilot));
        for (var number = 1; number <= 2; number++)
        {
            builder.Apply(new ViewRecord.Revision(Entry(Child, number, $"c{number}", brings: [])));
            builder.Apply(new ViewRecord.Revision(Entry(Update, number, $"b{number}", [new RevisionId(Child, number)])));
        }

        builder.Apply(new ViewRecord.Approved(6, new Approval(Update, TargetGroup.AllComputers.Id, 1, ApprovalAction.Install, null)));
        builder.Apply(new ViewRecord.Approved(7, new Approval(Update, Pilot.Id, 2, ApprovalAction.OptionalInstall, null)));
        builder.Apply(new ViewRecord.Settings(8, new DecisionSettings { KeepsApprovedRevisions = keeps }));
        var view = builder.Build(new LogHead(new Position(new LogId(Guid.NewGuid()), 1, Guid.NewGuid(), 8), 0, 0, new byte[2048]));

        var wanted = WantedFiles.Of(view, view.Updates[Update], ContentRules.Of(view, Guid.NewGuid(), FetchPolicy.Ahead), CategoryTree.Of(view));

        Assert.Equal(files.Split(' '), wanted.Select(file => file.File.Name).Order(StringComparer.Ordinal));
    }

    private static CatalogEntry Entry(Guid id, int number, string file, RevisionId[] brings) => new()
    {
        RevisionId = ((id == Child ? 1 : 2) * 100) + number,
        Id = new RevisionId(id, number),
        Sequence = number + 1,
        Type = UpdateType.Software,
        Title = file,
        DocumentDigest = new byte[32],
        PublicationState = PublicationState.Published,
        IsExplicitlyDeployable = id == Update,
        Files = [new CatalogFile(file, 1, System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(file)).AsMemory(0, 20), default, null)],
        BundledUpdates = brings.Length == 0 ? [] : [new BundleGroup(brings)],
    };
}
