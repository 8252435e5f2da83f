using System.Security.Cryptography;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Xunit;

namespace Hierarchy.Tests.Wire;

public sealed class RevisionRecordsTests
{
    [Theory]
    [InlineData("266f6222-c89d-43f2-9f8a-69340271e677-r200.xml")]
    [InlineData("56309036-4c77-4dd9-951a-99ee9c246a94-r101.xml")]
    [InlineData("1f9bd9bb-7390-4aa3-bbdb-ded99fac2583-r200.xml")]
    public void Encode_RealDocument_ComesBackByteForByte(string name)
    {
        var xml = System.IO.File.ReadAllText(RepositoryRoot.Fixture("updates/" + name));
        var revision = UpdateDocument.Read(xml);

        var payload = RevisionRecords.Encode(revision, xml, 7, _ => "http://update.example/file", DateTimeOffset.UnixEpoch);

        Assert.Equal(xml, RevisionRecords.ReadDocument(payload));
        var entry = RevisionRecords.ReadEntry(41, payload);
        Assert.Equal(7, entry.RevisionId);
        Assert.Equal(41, entry.Sequence);
        Assert.Equal(revision.Id, entry.Id);
        Assert.Equal(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(xml)), entry.DocumentDigest.ToArray());
        Assert.Equal(revision.Files.Count, entry.Files.Count);
        Assert.All(entry.Files, file => Assert.Equal("http://update.example/file", file.MicrosoftUpdateUrl));
        Assert.Equal(revision.BundledUpdates.SelectMany(group => group.AnyOf), entry.BundledUpdates.SelectMany(group => group.AnyOf));
        Assert.Equal(revision.Prerequisites.SelectMany(clause => clause.AnyOf), entry.Prerequisites.SelectMany(clause => clause.AnyOf));
    }

    [Fact]
    public void ReadDocument_OneBitFlipped_IsRefused()
    {
        var xml = System.IO.File.ReadAllText(RepositoryRoot.Fixture("updates/266f6222-c89d-43f2-9f8a-69340271e677-r200.xml"));
        var payload = RevisionRecords.Encode(UpdateDocument.Read(xml), xml, 7, _ => null, DateTimeOffset.UnixEpoch);
        payload[^200] ^= 1;

        Assert.Throws<IntegrityException>(() => RevisionRecords.ReadDocument(payload));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x0A, 0x7F, 0x01 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    public void ReadHead_Garbage_IsRefused(byte[] payload) => Assert.Throws<IntegrityException>(() => RevisionRecords.ReadHead(payload));

    [Fact]
    public void Read_UnknownKind_IsPassedOver() =>
        Assert.Null(CatalogRecords.Read(new ChangeRecord(1, 4711, new byte[] { 1 }, new byte[] { 2 })));

    [Fact]
    public void Read_KeyOfAnotherShape_IsRefused() =>
        Assert.Throws<IntegrityException>(() => CatalogRecords.Read(new ChangeRecord(1, (int)RecordKind.Approval, new byte[] { 1 }, null)));

    [Fact]
    public void Read_ApprovalTombstone_NamesUpdateAndGroup()
    {
        var (update, group) = (Guid.NewGuid(), Guid.NewGuid());
        var record = new ChangeRecord(9, (int)RecordKind.Approval, CatalogRecords.ApprovalKey(update, group), Payload: null);

        Assert.Equal(new ViewRecord.ApprovalRemoved(9, update, group), CatalogRecords.Read(record));
    }
}
