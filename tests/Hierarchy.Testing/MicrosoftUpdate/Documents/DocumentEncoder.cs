using System.Runtime.InteropServices;
using System.Text;
using Hierarchy.Testing.Cabinets;
using Hierarchy.Testing.MicrosoftUpdate.Soap;

namespace Hierarchy.Testing.MicrosoftUpdate.Documents;

/// <summary>
/// Encodes documents as GetUpdateData carries them: short ones as text, longer ones as a cabinet of UTF-16LE without byte order mark.
/// Serves one thread.
/// </summary>
internal sealed class DocumentEncoder(int compressAbove)
{
    private readonly CabinetWriter _cabinets = new();

    public PublishedRevision Encode(SourceDocument document, Func<SourceDocument> source)
    {
        var xml = document.Xml;
        if (Encoding.UTF8.GetByteCount(xml) > compressAbove)
            return new PublishedRevision(document.Summary, source, _cabinets.Write(MemoryMarshal.AsBytes(xml.AsSpan())), isCompressed: true);

        using var text = new AnswerWriter(xml.Length + 512);
        text.Text(xml);
        return new PublishedRevision(document.Summary, source, text.Written.ToArray(), isCompressed: false);
    }
}
