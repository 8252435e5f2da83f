using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Replication.Wire;

/// <summary>Payloads of revision records: made once, by the root; read everywhere.</summary>
public static class RevisionRecords
{
    /// <summary>The longest payload that is made: with its key it still fits into a batch that followers take.</summary>
    public const int MaxPayload = 12 * 1024 * 1024;

    /// <summary>The record of a revision.</summary>
    /// <param name="revision">The document, understood.</param>
    /// <param name="xml">The document as the upstream gave it.</param>
    /// <param name="revisionId">The short number that the root gives it.</param>
    /// <param name="microsoftUpdateUrl">Where a file of the given SHA-1 is served; null where nobody said.</param>
    /// <param name="arrival">When the root took it.</param>
    public static byte[] Encode(UpdateRevision revision, string xml, int revisionId, Func<ReadOnlyMemory<byte>, string?> microsoftUpdateUrl, DateTimeOffset arrival)
    {
        var record = new RevisionRecord { Head = HeadOf(revision, revisionId, microsoftUpdateUrl, arrival), Document = ToMessage(StoredDocument.Pack(xml)) };
        record.Head.DocumentSha256 = record.Document.Sha256;
        return record.ToByteArray();
    }

    /// <summary>Reads the head and passes over the document.</summary>
    /// <exception cref="IntegrityException">The payload is not a revision record.</exception>
    public static RevisionHead ReadHead(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var input = Input(payload);
            RevisionHead? head = null;
            for (uint tag; (tag = input.ReadTag()) != 0;)
            {
                if (WireFormat.GetTagFieldNumber(tag) != RevisionRecord.HeadFieldNumber)
                {
                    input.SkipLastField();
                    continue;
                }

                head ??= new RevisionHead();
                input.ReadMessage(head);
            }

            return head is not null && head.UpdateId.Length == 16
                ? head
                : throw new IntegrityException("A revision record has no head; the server that wrote it is damaged or much newer.");
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new IntegrityException($"A revision record cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Opens the document and checks it against its digest.</summary>
    /// <exception cref="IntegrityException">It is damaged, too large, or encoded in a way that this version does not know.</exception>
    public static string ReadDocument(ReadOnlyMemory<byte> payload)
    {
        var document = Parse(payload).Document ?? throw new IntegrityException("A revision record has no document.");
        return new StoredDocument((DocumentEncoding)document.Encoding, document.Data.Memory, document.Size, document.Sha256.Memory).Open();
    }

    /// <summary>What a server keeps in memory of the revision.</summary>
    /// <exception cref="IntegrityException">The payload is not a revision record.</exception>
    public static CatalogEntry ReadEntry(long sequence, ReadOnlyMemory<byte> payload) => CatalogEntryReader.Read(sequence, payload.Span);

    private static RevisionHead HeadOf(UpdateRevision revision, int revisionId, Func<ReadOnlyMemory<byte>, string?> microsoftUpdateUrl, DateTimeOffset arrival)
    {
        var head = new RevisionHead
        {
            RevisionId = revisionId,
            UpdateId = Positions.Id(revision.Id.UpdateId),
            RevisionNumber = revision.Id.RevisionNumber,
            Type = (Protocol.Catalog.V1.UpdateType)revision.Type,
            Title = revision.Texts[0].Title,
            Severity = revision.Severity ?? "",
            CategoryType = revision.CategoryType ?? "",
            CreationDate = revision.CreationDate?.ToTimestamp(),
            ArrivalDate = arrival.ToTimestamp(),
            Expired = revision.PublicationState == PublicationState.Expired,
            ExplicitlyDeployable = revision.IsExplicitlyDeployable,
            CanUninstall = revision.CanUninstall,
            CanRequestUserInput = revision.Installation.CanRequestUserInput,
            EulaId = revision.EulaId is { } eula ? Positions.Id(eula) : ByteString.Empty,
            Handler = revision.Handler ?? "",
        };
        head.KnowledgeBaseArticles.Add(revision.KnowledgeBaseArticles);
        head.SecurityBulletins.Add(revision.SecurityBulletins);
        head.Cves.Add(revision.Cves);
        head.Categories.Add(revision.Categories.Select(Positions.Id));
        head.SupersededUpdates.Add(revision.SupersededUpdates.Select(Positions.Id));
        head.Languages.Add(revision.Texts.Select(text => text.Language));
        head.FileLanguages.Add(revision.Languages.Select(language => language.ToLowerInvariant()));
        foreach (var prerequisite in revision.Prerequisites)
        {
            var clause = new Clause { IsCategory = prerequisite.IsCategory };
            clause.AnyOf.Add(prerequisite.AnyOf.Select(Positions.Id));
            head.Prerequisites.Add(clause);
        }

        foreach (var group in revision.BundledUpdates)
        {
            var bundle = new Bundle();
            bundle.AnyOf.Add(group.AnyOf.Select(id => new Identity { UpdateId = Positions.Id(id.UpdateId), RevisionNumber = id.RevisionNumber }));
            head.BundledUpdates.Add(bundle);
        }

        head.Files.Add(revision.Files.Select(file => FileOf(file, microsoftUpdateUrl)));
        AddParticulars(head, revision, microsoftUpdateUrl);
        return head;
    }

    /// <summary>What only licences, drivers and categories have.</summary>
    private static void AddParticulars(RevisionHead head, UpdateRevision revision, Func<ReadOnlyMemory<byte>, string?> microsoftUpdateUrl)
    {
        head.CompatibleProtocolVersion = revision.CompatibleProtocolVersion ?? "";
        head.EulaFiles.Add(revision.EulaFiles.Select(eula => new Protocol.Catalog.V1.EulaFile
        {
            Language = eula.Language,
            Region = eula.Region ?? "",
            File = FileOf(eula.File, microsoftUpdateUrl),
        }));
        head.Drivers.Add(revision.Drivers.Select(DriverRecords.Encode));
        if (revision.Category is not { } category) return;
        head.Category = new CategoryChoice
        {
            ProhibitsSubcategories = category.ProhibitsSubcategories,
            ProhibitsUpdates = category.ProhibitsUpdates,
            ExcludedByDefault = category.IsExcludedByDefault,
        };
        if (category.DisplayOrder is { } order) head.Category.DisplayOrder = order;
    }

    private static Protocol.Catalog.V1.File FileOf(UpdateFile file, Func<ReadOnlyMemory<byte>, string?> microsoftUpdateUrl) => new()
    {
        Name = file.Name,
        Size = file.Size,
        Sha1 = UnsafeByteOperations.UnsafeWrap(file.Sha1),
        Sha256 = UnsafeByteOperations.UnsafeWrap(file.Sha256),
        MicrosoftUpdateUrl = microsoftUpdateUrl(file.Sha1) ?? "",
        Express = file.IsExpress,
        Encrypted = file.IsEncrypted,
    };

    private static RevisionDocument ToMessage(in StoredDocument document) => new()
    {
        Encoding = (Encoding)document.Encoding,
        Data = UnsafeByteOperations.UnsafeWrap(document.Data),
        Size = document.Size,
        Sha256 = UnsafeByteOperations.UnsafeWrap(document.Sha256),
    };

    private static RevisionRecord Parse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return RevisionRecord.Parser.ParseFrom(payload.Span);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new IntegrityException($"A revision record cannot be read: {exception.Message}", exception);
        }
    }

    private static CodedInputStream Input(ReadOnlyMemory<byte> payload) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(payload, out var segment)
            ? new CodedInputStream(segment.Array!, segment.Offset, segment.Count) // TryGetArray gave an array.
            : new CodedInputStream(payload.ToArray());
}
