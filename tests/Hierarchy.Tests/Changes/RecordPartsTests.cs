using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Catalog.V1;
using Xunit;

namespace Hierarchy.Tests.Changes;

public sealed class RecordPartsTests
{
    private static readonly RecordKind[] OfTheLogItself = [RecordKind.Unspecified, RecordKind.Epoch];

    [Fact]
    public void Of_EveryKindOfTheContract_BelongsToOnePart()
    {
        foreach (var kind in Enum.GetValues<RecordKind>())
            Assert.True(
                (RecordParts.Of((int)kind) == RecordPart.None) == (OfTheLogItself.Contains(kind) || kind.ToString() == "RevisionNumbers"),
                $"Kind {kind} ({(int)kind}) must stand in the table of RecordParts: is it part of the catalog, or a decision?");
    }

    [Theory]
    [InlineData(RecordKind.Revision, RecordPart.Catalog)]
    [InlineData(RecordKind.DecryptionKeys, RecordPart.Catalog)]
    [InlineData(RecordKind.Site, RecordPart.Catalog)]
    [InlineData(RecordKind.Server, RecordPart.Catalog)]
    [InlineData(RecordKind.ServerSettings, RecordPart.Catalog)]
    [InlineData(RecordKind.SiteLink, RecordPart.Catalog)]
    [InlineData(RecordKind.TreeSettings, RecordPart.Catalog)]
    [InlineData(RecordKind.ContentSettings, RecordPart.Catalog)]
    [InlineData(RecordKind.SyncSelection, RecordPart.Catalog)]
    [InlineData(RecordKind.ImportedUpdate, RecordPart.Catalog)]
    [InlineData(RecordKind.Approval, RecordPart.Decision)]
    [InlineData(RecordKind.Decline, RecordPart.Decision)]
    [InlineData(RecordKind.TargetGroup, RecordPart.Decision)]
    [InlineData(RecordKind.GroupAssignment, RecordPart.Decision)]
    [InlineData(RecordKind.GroupRule, RecordPart.Decision)]
    [InlineData(RecordKind.DecisionSettings, RecordPart.Decision)]
    [InlineData(RecordKind.EulaAcceptance, RecordPart.Decision)]
    [InlineData(RecordKind.ClientPolicy, RecordPart.Decision)]
    [InlineData(RecordKind.AuditEntry, RecordPart.Decision)]
    [InlineData(RecordKind.ApprovalRule, RecordPart.Decision)]
    [InlineData(RecordKind.DeclineRule, RecordPart.Decision)]
    [InlineData((RecordKind)4711, RecordPart.None)]
    [InlineData((RecordKind)(-1), RecordPart.None)]
    public void Of_Kind_IsThePartThatItsMeaningSays(RecordKind kind, RecordPart part) => Assert.Equal(part, RecordParts.Of((int)kind));
}
