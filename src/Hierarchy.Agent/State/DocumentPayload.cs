using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Agent.State;

/// <summary>Opens the payload of a revision's record: the document, checked against the digest that the root wrote beside it.</summary>
internal static class DocumentPayload
{
    /// <exception cref="IntegrityException">The payload is damaged, or the document has no meaning.</exception>
    internal static CachedDocument Open(ReadOnlySpan<byte> payload)
    {
        RevisionRecord record;
        try
        {
            record = RevisionRecord.Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new IntegrityException($"A revision's record cannot be read: {exception.Message}", exception);
        }

        if (record.Document is not { } document) throw new IntegrityException("A revision's record has no document.");
        var xml = new StoredDocument((DocumentEncoding)document.Encoding, document.Data.Memory, document.Size, document.Sha256.Memory).Open();
        var revision = UpdateDocument.Read(xml);
        return new CachedDocument(revision with { Texts = [revision.Texts[0]] }, document.Sha256.Memory);
    }
}
