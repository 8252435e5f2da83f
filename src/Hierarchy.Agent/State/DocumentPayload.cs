using System.IO.Compression;
using System.Security.Cryptography;
using Google.Protobuf;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Agent.State;

/// <summary>Opens the payload of a revision's record: the document, checked against the digest that the root wrote beside it.</summary>
internal static class DocumentPayload
{
    private const int MaximumDocument = 64 * 1024 * 1024;

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
        if (document.Size is < 0 or > MaximumDocument) throw new IntegrityException($"A document claims {document.Size} bytes; at most {MaximumDocument} are opened.");
        var utf8 = new byte[document.Size];
        var isWhole = document.Encoding switch
        {
            Protocol.Catalog.V1.Encoding.Identity => document.Data.Length == utf8.Length && document.Data.Span.TryCopyTo(utf8),
            Protocol.Catalog.V1.Encoding.Brotli => BrotliDecoder.TryDecompress(document.Data.Span, utf8, out var written) && written == utf8.Length,
            _ => throw new IntegrityException($"A document is encoded as {document.Encoding}, which this agent does not know. Update the agent."),
        };
        if (!isWhole || !SHA256.HashData(utf8).AsSpan().SequenceEqual(document.Sha256.Span))
            throw new IntegrityException("A document does not have the digest that its record states.");

        var revision = UpdateDocument.Read(System.Text.Encoding.UTF8.GetString(utf8));
        return new CachedDocument(revision with { Texts = [revision.Texts[0]] }, document.Sha256.Memory);
    }
}
