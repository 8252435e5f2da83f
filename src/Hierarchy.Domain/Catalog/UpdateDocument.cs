using System.Xml.Linq;

namespace Hierarchy.Domain.Catalog;

/// <summary>Reads an update document (root `Update`, namespace `http://schemas.microsoft.com/msus/2002/12/Update`).</summary>
public static class UpdateDocument
{
    /// <summary>Understands a document. Unknown elements are tolerated; nothing is resolved from outside.</summary>
    /// <exception cref="IntegrityException">It is not an update document, or a value in it has no meaning; the message says which.</exception>
    public static UpdateRevision Read(string xml)
    {
        var root = XElement.Parse(xml);
        throw new IntegrityException($"Not an update document: the root element is {root.Name}.");
    }
}
