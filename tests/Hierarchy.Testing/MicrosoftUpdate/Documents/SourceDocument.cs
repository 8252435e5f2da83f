using Hierarchy.Testing.MicrosoftUpdate.Content;

namespace Hierarchy.Testing.MicrosoftUpdate.Documents;

/// <summary>An update document to be published, exactly as it is to be served, with those of its files whose bytes can be served too.</summary>
public sealed record SourceDocument(string Xml, DocumentSummary Summary, IReadOnlyList<ServedFile> Files)
{
    /// <summary>A document without content of its own: its files are named, and asking for them gives 404.</summary>
    public static SourceDocument Parse(string xml) => new(xml, DocumentSummary.Read(xml), []);
}
