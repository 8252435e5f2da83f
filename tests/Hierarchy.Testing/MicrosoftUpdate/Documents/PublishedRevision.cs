namespace Hierarchy.Testing.MicrosoftUpdate.Documents;

/// <summary>A revision ready to be sent: what lists and filters need, and the document encoded once, as escaped text or as a cabinet.</summary>
public sealed class PublishedRevision
{
    private readonly Func<SourceDocument> _source;

    internal PublishedRevision(DocumentSummary summary, Func<SourceDocument> source, byte[] payload, bool isCompressed)
    {
        Summary = summary;
        _source = source;
        Payload = payload;
        IsCompressed = isCompressed;
    }

    public DocumentSummary Summary { get; }

    public RevisionKey Key => Summary.Key;

    /// <summary>Whether the document goes out as XmlUpdateBlobCompressed.</summary>
    public bool IsCompressed { get; }

    internal byte[] Payload { get; }

    /// <summary>The document as it was published. Generated ones are generated again.</summary>
    public SourceDocument Source() => _source();
}
