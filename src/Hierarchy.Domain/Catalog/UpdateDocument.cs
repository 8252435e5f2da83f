using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace Hierarchy.Domain.Catalog;

/// <summary>Reads an update document (root `Update`, namespace `http://schemas.microsoft.com/msus/2002/12/Update`).</summary>
public static class UpdateDocument
{
    /// <summary>The namespace of update documents.</summary>
    public const string Namespace = "http://schemas.microsoft.com/msus/2002/12/Update";

    /// <summary>Raised whenever documents are understood that were not before: what is in quarantine is then tried again.</summary>
    public const int ReaderVersion = 2;

    /// <summary>The longest document that is read, in characters. Manifests of packages in the metadata of cumulative updates were seen to have 47 million.</summary>
    public const int MaxLength = 60 * 1024 * 1024;

    /// <summary>The deepest nesting of elements that is read. Rules are evaluated by recursion, so this bounds the stack of every agent.</summary>
    public const int MaxDepth = 128;

    /// <summary>The most entries of lists that are short by nature: languages, articles, bulletins.</summary>
    internal const int MaxShortList = 1000;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreWhitespace = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = MaxLength,
    };

    /// <summary>Understands a document. Unknown elements are tolerated; nothing is resolved from outside.</summary>
    /// <exception cref="IntegrityException">It is not an update document, or a value in it has no meaning; the message says which.</exception>
    public static UpdateRevision Read(string xml) => Read(xml, withRules: true);

    /// <summary>
    /// As <see cref="Read(string)"/>, but without applicability rules: they are passed over within the same limits. Rules take half of a document's reading, and a server evaluates none.
    /// </summary>
    /// <exception cref="IntegrityException">It is not an update document, or a value in it has no meaning; the message says which.</exception>
    public static UpdateRevision ReadWithoutRules(string xml) => Read(xml, withRules: false);

    /// <summary>SHA-256 of the document as UTF-8: two servers hold the same original when these 32 bytes are equal.</summary>
    public static byte[] Digest(string xml)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(xml.Length));
        try
        {
            return SHA256.HashData(buffer.AsSpan(0, Encoding.UTF8.GetBytes(xml, buffer)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static UpdateRevision Read(string xml, bool withRules)
    {
        if (xml.Length > MaxLength)
            throw new IntegrityException($"The update document has {xml.Length:N0} characters; {MaxLength:N0} is the limit.");
        if (xml.Length > StoredDocument.MaxSize / 3 && Encoding.UTF8.GetByteCount(xml) is var size and > StoredDocument.MaxSize)
            throw new IntegrityException($"The update document has {size:N0} bytes as UTF-8; {StoredDocument.MaxSize:N0} is the limit.");

        using var text = new StringReader(xml);
        // Some servers leave the byte order mark in the decoded text.
        if (xml.Length > 0 && xml[0] == '\uFEFF') text.Read();
        using var reader = XmlReader.Create(text, Settings);
        var document = new UpdateDocumentReader(reader, withRules);
        try
        {
            return document.Read();
        }
        catch (XmlException exception)
        {
            throw new IntegrityException($"The update document {document.Identity}is not well-formed XML: {exception.Message}", exception);
        }
    }
}
