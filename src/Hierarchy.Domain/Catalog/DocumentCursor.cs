using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Hierarchy.Domain.Catalog;

/// <summary>
/// Walks an update document element by element with a limit on depth. Each method that reads an element starts on its start tag and ends
/// on its end tag (or on the tag itself when it is empty), so that the loop over the siblings goes on with the next one.
/// </summary>
internal sealed class DocumentCursor(XmlReader reader)
{
    private static readonly XName PackageOfManifest = XName.Get("package", "urn:schemas-microsoft-com:asm.v3");

    private string _namespace = UpdateDocument.Namespace;

    public XmlReader Reader => reader;

    /// <summary>Stands on the root element afterwards, whose namespace is the document's from now on.</summary>
    public bool MoveToRoot()
    {
        reader.MoveToContent();
        _namespace = reader.NamespaceURI;
        return reader.NodeType == XmlNodeType.Element;
    }

    /// <summary>Moves to the next child element of the element at this depth; false at its end.</summary>
    public bool NextChild(int parentDepth)
    {
        if (reader.Depth == parentDepth && (reader.NodeType == XmlNodeType.EndElement || reader.IsEmptyElement)) return false;
        while (Advance() && reader.Depth > parentDepth)
        {
            if (reader.NodeType == XmlNodeType.Element) return true;
        }

        return false;
    }

    /// <summary>The element's name when it belongs to the update schema, whatever its prefix; empty for a foreign one.</summary>
    public string Name =>
        reader.NamespaceURI.Length == 0
        || ReferenceEquals(reader.NamespaceURI, _namespace)
        || reader.NamespaceURI == _namespace
        || reader.NamespaceURI == UpdateDocument.Namespace
            ? reader.LocalName
            : "";

    /// <summary>An attribute without a namespace; null when absent or empty.</summary>
    public string? Attribute(string name) => reader.GetAttribute(name) is { Length: > 0 } value ? value.Trim() : null;

    /// <summary>The attributes without a namespace that are not empty, in document order; the names are the reader's own.</summary>
    public AttributeSequence Attributes() => new(reader);

    /// <summary>As <see cref="ReadText"/>; null when there is none.</summary>
    public string? ReadTextOrNull() => ReadText() is { Length: > 0 } text ? text : null;

    /// <summary>The text of the element, that of its children included.</summary>
    public string ReadText()
    {
        if (reader.IsEmptyElement) return "";
        var depth = reader.Depth;
        var first = "";
        StringBuilder? more = null;
        while (Advance() && reader.Depth > depth)
        {
            if (reader.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace)) continue;
            if (first.Length == 0) first = reader.Value;
            else (more ??= new StringBuilder(first)).Append(reader.Value);
        }

        return (more?.ToString() ?? first).Trim();
    }

    /// <summary>Passes over the element; its depth is limited all the same. Shows the reader at each element inside.</summary>
    public void Skip(Action<XmlReader>? visit = null)
    {
        if (reader.IsEmptyElement) return;
        var depth = reader.Depth;
        while (Advance() && reader.Depth > depth)
        {
            if (visit is not null && reader.NodeType == XmlNodeType.Element) visit(reader);
        }
    }

    /// <summary>
    /// The element as a tree of limited depth, without white space between elements. What a package's manifest lists (millions of characters in cumulative updates) is left out: rules ask for its identity alone.
    /// </summary>
    public XElement ReadTree()
    {
        var root = ReadElement(out var isEmpty);
        if (isEmpty) return root;
        var current = root;
        while (Advance())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var child = ReadElement(out isEmpty);
                    current.Add(child);
                    if (isEmpty) break;
                    if (child.Name == PackageOfManifest) Skip();
                    else current = child;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    current.Add(reader.Value);
                    break;
                case XmlNodeType.EndElement when ReferenceEquals(current, root):
                    return root;
                case XmlNodeType.EndElement:
                    current = current.Parent!; // Below the root everything has a parent.
                    break;
            }
        }

        return root;
    }

    private XElement ReadElement(out bool isEmpty)
    {
        isEmpty = reader.IsEmptyElement;
        var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
        for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
        {
            // A default namespace declaration has the local name `xmlns` within the xmlns namespace; a tree wants it without one.
            var name = reader.Prefix.Length == 0 ? XName.Get(reader.LocalName) : XName.Get(reader.LocalName, reader.NamespaceURI);
            element.Add(new XAttribute(name, reader.Value));
        }

        reader.MoveToElement();
        return element;
    }

    private bool Advance()
    {
        if (!reader.Read()) return false;
        return reader.Depth <= UpdateDocument.MaxDepth
            ? true
            : throw new IntegrityException($"The update document nests its elements deeper than {UpdateDocument.MaxDepth}.");
    }

    /// <summary>Walks the attributes of an element and stands on the element again afterwards.</summary>
    internal struct AttributeSequence(XmlReader reader)
    {
        private bool _hasBegun;

        public (string Name, string Value) Current { get; private set; }

        public readonly AttributeSequence GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_hasBegun ? reader.MoveToNextAttribute() : reader.MoveToFirstAttribute())
            {
                _hasBegun = true;
                if (reader.NamespaceURI.Length > 0 || reader.Value is not { Length: > 0 } value) continue;
                Current = (reader.LocalName, value.Trim());
                return true;
            }

            reader.MoveToElement();
            return false;
        }
    }
}
