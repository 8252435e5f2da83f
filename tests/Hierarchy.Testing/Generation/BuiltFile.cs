using System.Globalization;
using System.Xml;
using Hierarchy.Testing.MicrosoftUpdate.Content;

namespace Hierarchy.Testing.Generation;

/// <summary>A file as a document names it, with its real digests.</summary>
internal sealed record BuiltFile(ServedFile File)
{
    /// <summary>SelfContained, Express, …; null leaves the attribute out.</summary>
    public string? PatchingType { get; init; }

    public bool IsEncrypted { get; init; }

    /// <summary>The language of a licence text; null for an ordinary file.</summary>
    public string? EulaLanguage { get; init; }

    public void Write(XmlWriter xml, DateTimeOffset modified)
    {
        xml.WriteStartElement("upd", EulaLanguage is not null ? "EulaFile" : "File", Names.Update);
        xml.WriteAttributeString("Digest", Convert.ToBase64String(File.Sha1));
        xml.WriteAttributeString("DigestAlgorithm", "SHA1");
        xml.WriteAttributeString("FileName", File.FileName);
        xml.WriteAttributeString("Size", File.Length.ToString(CultureInfo.InvariantCulture));
        if (EulaLanguage is not null)
            xml.WriteAttributeString("Language", EulaLanguage);
        else
            xml.WriteAttributeString("Modified", modified.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        if (PatchingType is not null)
            xml.WriteAttributeString("PatchingType", PatchingType);
        if (IsEncrypted)
            xml.WriteAttributeString("IsEncrypted", "true");
        xml.WriteStartElement("upd", "AdditionalDigest", Names.Update);
        xml.WriteAttributeString("Algorithm", "SHA256");
        xml.WriteString(Convert.ToBase64String(File.Sha256));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }
}
