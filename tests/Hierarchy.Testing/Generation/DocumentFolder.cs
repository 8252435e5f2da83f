using System.Text;
using System.Xml;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>Reads update documents from a folder: every .xml and .txt file that holds one, in the order of the names, exactly as it stands but for a byte order mark.</summary>
public static class DocumentFolder
{
    /// <summary>Reads the folder; <paramref name="skipped"/> is told the name of each file that holds no update document, and why.</summary>
    public static IReadOnlyList<SourceDocument> Read(string folder, Action<string, string>? skipped = null)
    {
        var documents = new List<SourceDocument>();
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (Path.GetExtension(path) is not (".xml" or ".txt"))
                continue;
            try
            {
                documents.Add(SourceDocument.Parse(File.ReadAllText(path, Encoding.UTF8)));
            }
            catch (Exception problem) when (problem is XmlException or FormatException)
            {
                skipped?.Invoke(Path.GetFileName(path), problem.Message);
            }
        }

        return documents;
    }
}
