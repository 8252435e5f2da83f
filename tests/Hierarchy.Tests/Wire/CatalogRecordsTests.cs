using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Wire;

public sealed class CatalogRecordsTests
{
    private static readonly Guid One = new("11111111-0000-0000-0000-000000000000");
    private static readonly Guid Two = new("22222222-0000-0000-0000-000000000000");

    [Fact]
    public void Eula_ThereAndBack_IsAcceptedUntilItsTombstone()
    {
        var accepted = CatalogRecords.Eula(One, DateTimeOffset.UnixEpoch, "admin");

        Assert.Equal(new ViewRecord.Eula(3, One, IsAccepted: true), CatalogRecords.Read(Record(3, accepted)));
        Assert.Equal(new ViewRecord.Eula(4, One, IsAccepted: false), CatalogRecords.Read(Record(4, CatalogRecords.NoEula(One))));
    }

    [Fact]
    public void Assignment_ThereAndBack_IsFoundWhateverTheLetterCase()
    {
        var change = CatalogRecords.Assignment(new GroupAssignment("ABCD-ef", "PC-1.example", [Two, One, Two]));

        var read = Assert.IsType<ViewRecord.Assignment>(CatalogRecords.Read(Record(5, change)));
        Assert.Equal("abcd-ef", read.Key);
        Assert.Equal(new GroupAssignment("abcd-ef", "PC-1.example", [One, Two]), read.State);
        Assert.Equal(change.Payload!.Value.ToArray(), CatalogRecords.Assignment(new GroupAssignment("abcd-EF", "PC-1.example", [One, Two])).Payload!.Value.ToArray()); // Assignments have a payload.
        Assert.Equal(new ViewRecord.Assignment(6, "abcd-ef", null), CatalogRecords.Read(Record(6, CatalogRecords.NoAssignment("ABCD-EF"))));
    }

    [Fact]
    public void Assignment_GroupIdOfAnotherLength_IsRefused()
    {
        var message = new GroupAssignmentRecord { ComputerId = "c", GroupIds = { Google.Protobuf.ByteString.CopyFrom(1, 2, 3) } };
        var record = new ChangeRecord(1, (int)RecordKind.GroupAssignment, "c"u8.ToArray(), Google.Protobuf.MessageExtensions.ToByteArray(message));

        Assert.Throws<IntegrityException>(() => CatalogRecords.Read(record));
    }

    private static ChangeRecord Record(long sequence, in Change change) => new(sequence, change.Kind, change.Key, change.Payload);
}
