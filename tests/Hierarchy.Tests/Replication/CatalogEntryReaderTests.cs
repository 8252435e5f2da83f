using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Replication.Wire;
using Hierarchy.Testing.Generation;
using Xunit;

namespace Hierarchy.Tests.Replication;

public class CatalogEntryReaderTests
{
    private static readonly DateTimeOffset Arrival = new DateTimeOffset(2026, 10, 4, 16, 33, 26, TimeSpan.Zero).AddTicks(6_700_001);

    [Fact]
    public void Read_GeneratedCatalog_SaysWhatTheGeneratedParserSays()
    {
        var (files, bundles, clauses, eulas) = (0, 0, 0, 0);
        foreach (var document in new DocumentGenerator(11).Plan(400).SelectMany(group => group()))
        {
            var payload = RevisionRecords.Encode(UpdateDocument.Read(document.Xml), document.Xml, 7, _ => "http://update.example/file", Arrival);
            var head = RevisionRecords.ReadHead(payload);
            var entry = RevisionRecords.ReadEntry(41, payload);

            Assert.Equal((7, 41, head.RevisionNumber, (int)head.Type), (entry.RevisionId, entry.Sequence, entry.Id.RevisionNumber, (int)entry.Type));
            Assert.Equal((head.Title, head.CategoryType), (entry.Title, entry.CategoryType ?? ""));
            Assert.Equal(Hex(head.UpdateId), Hex(entry.Id.UpdateId));
            Assert.Equal(head.DocumentSha256.ToByteArray(), entry.DocumentDigest.ToArray());
            Assert.Equal(head.KnowledgeBaseArticles, entry.KnowledgeBaseArticles);
            Assert.Equal(head.SecurityBulletins, entry.SecurityBulletins);
            Assert.Equal(head.Cves, entry.Cves);
            Assert.Equal(head.Severity, entry.Severity ?? "");
            Assert.Equal(head.Categories.Select(Hex), entry.Categories.Select(Hex));
            Assert.Equal(head.ArrivalDate.ToDateTimeOffset(), entry.ArrivedAt);
            Assert.Equal(head.SupersededUpdates.Select(Hex), entry.SupersededUpdates.Select(Hex));
            Assert.Equal(
                head.Prerequisites.Select(clause => (clause.IsCategory, string.Join(',', clause.AnyOf.Select(Hex)))),
                entry.Prerequisites.Select(clause => (clause.IsCategory, string.Join(',', clause.AnyOf.Select(Hex)))));
            Assert.Equal(
                head.BundledUpdates.Select(bundle => string.Join(',', bundle.AnyOf.Select(child => $"{Hex(child.UpdateId)}.{child.RevisionNumber}"))),
                entry.BundledUpdates.Select(bundle => string.Join(',', bundle.AnyOf.Select(child => $"{Hex(child.UpdateId)}.{child.RevisionNumber}"))));
            Assert.Equal(
                head.Files.Select(file => (file.Name, file.Size, Hex(file.Sha1), Hex(file.Sha256), file.MicrosoftUpdateUrl)),
                entry.Files.Select(file => (file.Name, file.Size, Convert.ToHexString(file.Sha1.Span), Convert.ToHexString(file.Sha256.Span), file.MicrosoftUpdateUrl ?? "")));
            Assert.Equal(
                head.EulaFiles.Select(eula => (eula.File.Name, eula.File.Size, Hex(eula.File.Sha1), eula.Language)),
                entry.EulaFiles.Select(file => (file.Name, file.Size, Convert.ToHexString(file.Sha1.Span), string.Concat(file.Languages))));
            eulas += entry.EulaFiles.Count;
            Assert.Equal(
                (head.Expired, head.ExplicitlyDeployable, head.CanUninstall, head.CanRequestUserInput, Hex(head.EulaId)),
                (entry.PublicationState == PublicationState.Expired, entry.IsExplicitlyDeployable, entry.CanUninstall, entry.CanRequestUserInput, entry.EulaId is { } eula ? Hex(eula) : ""));
            files += entry.Files.Count;
            bundles += entry.BundledUpdates.Count;
            clauses += entry.Prerequisites.Count;
        }

        Assert.True(files > 100 && eulas > 10 && bundles > 50 && clauses > 200, $"{files} files, {bundles} bundle clauses, {clauses} clauses");
    }

    [Fact]
    public void Read_DamagedPayload_IsReadOrRefused()
    {
        var document = new DocumentGenerator(3).Plan(30).SelectMany(group => group()).MaxBy(document => document.Xml.Length)!; // there are some
        var payload = RevisionRecords.Encode(UpdateDocument.Read(document.Xml), document.Xml, 7, _ => null, DateTimeOffset.UnixEpoch);
        var random = new Random(1);
        for (var i = 0; i < 3000; i++)
        {
            var damaged = payload[..random.Next(1, payload.Length + 1)];
            damaged[random.Next(Math.Min(damaged.Length, 600))] ^= (byte)(1 << random.Next(8));
            try
            {
                RevisionRecords.ReadEntry(1, damaged);
            }
            catch (IntegrityException)
            {
            }
        }
    }

    [Fact]
    public void Read_FieldsOfALaterVersion_ArePassedOver()
    {
        var head = new RevisionHead { RevisionId = 3, UpdateId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray(bigEndian: true)), Title = "t" }.ToByteArray();
        byte[] later = [.. head, 0xC2, 0x3E, 2, 1, 2, 0xC8, 0x3E, 5];
        byte[] payload = [0x32, 1, 9, 0x0A, (byte)later.Length, .. later];

        Assert.Equal((3, "t"), (RevisionRecords.ReadEntry(1, payload).RevisionId, RevisionRecords.ReadEntry(1, payload).Title));
    }

    private static string Hex(ByteString bytes) => Convert.ToHexString(bytes.Span);

    private static string Hex(Guid id) => Convert.ToHexString(id.ToByteArray(bigEndian: true));
}
