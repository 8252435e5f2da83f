using System.Globalization;
using System.Xml;

namespace Hierarchy.Testing.MicrosoftUpdate.Documents;

/// <summary>What an upstream server extracts from an update document to answer for it ([MS-WSUSSS] 3.1.1.1); everything else it passes on unread.</summary>
public sealed record DocumentSummary
{
    public required RevisionKey Key { get; init; }

    /// <summary>Category, Detectoid, Software or Driver.</summary>
    public required string UpdateType { get; init; }

    /// <summary>Products, families and classifications: the ids named in prerequisite groups marked IsCategory.</summary>
    public IReadOnlyList<Guid> Categories { get; init; } = [];

    /// <summary>The other ids named as prerequisites, bare or in groups.</summary>
    public IReadOnlyList<Guid> Prerequisites { get; init; } = [];

    public IReadOnlyList<RevisionKey> BundledUpdates { get; init; } = [];

    public IReadOnlyList<DocumentFile> Files { get; init; } = [];

    /// <summary>Of a driver: the devices that it is for.</summary>
    public IReadOnlyList<string> HardwareIds { get; init; } = [];

    /// <summary>Categories and detectoids are what GetRevisionIdList lists with GetConfig=true.</summary>
    public bool IsConfiguration => UpdateType is "Category" or "Detectoid";

    /// <summary>Reads a document; throws <see cref="XmlException"/> or <see cref="FormatException"/> for one that is none.</summary>
    public static DocumentSummary Read(string xml)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreWhitespace = true };
        using var reader = XmlReader.Create(new StringReader(xml), settings);
        reader.MoveToContent();
        if (reader.LocalName != "Update")
            throw new XmlException($"An update document begins with Update, not with {reader.LocalName}.");

        RevisionKey? key = null;
        var type = "Software";
        var categories = new List<Guid>();
        var prerequisites = new List<Guid>();
        var bundled = new List<RevisionKey>();
        var files = new List<DocumentFile>();
        var hardware = new List<string>();
        string? section = null;
        var isCategory = false;
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName is "SupersededUpdates" or "Prerequisites" or "BundledUpdates")
                section = null;
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            switch (reader.LocalName)
            {
                case "Properties" when reader.Depth == 1:
                    type = reader.GetAttribute("UpdateType") ?? type;
                    break;
                case "SupersededUpdates" or "Prerequisites" or "BundledUpdates" when reader.Depth == 2 && !reader.IsEmptyElement:
                    section = reader.LocalName;
                    break;
                case "AtLeastOne":
                    isCategory = reader.GetAttribute("IsCategory") is "true" or "1";
                    break;
                case "UpdateIdentity" when reader.Depth == 1:
                    key = Identity(reader);
                    break;
                case "UpdateIdentity" when section == "Prerequisites":
                    (isCategory && reader.Depth == 4 ? categories : prerequisites).Add(Identity(reader).Id);
                    break;
                case "UpdateIdentity" when section == "BundledUpdates":
                    bundled.Add(Identity(reader));
                    break;
                case "WindowsDriverMetaData" when reader.GetAttribute("HardwareID") is { } device:
                    hardware.Add(device);
                    break;
                case "File" or "EulaFile" when reader.Depth == 2 && reader.GetAttribute("Digest") is { } digest:
                    files.Add(new DocumentFile(
                        Convert.FromBase64String(digest), reader.GetAttribute("FileName") ?? "file", reader.GetAttribute("IsEncrypted") is "true" or "1"));
                    break;
            }
        }

        return new DocumentSummary
        {
            Key = key ?? throw new FormatException("The document has no UpdateIdentity."),
            UpdateType = type,
            Categories = categories,
            Prerequisites = prerequisites,
            BundledUpdates = bundled,
            Files = files,
            HardwareIds = hardware,
        };
    }

    private static RevisionKey Identity(XmlReader reader) => new(
        Guid.Parse(reader.GetAttribute("UpdateID") ?? throw new FormatException("An UpdateIdentity has no UpdateID.")),
        reader.GetAttribute("RevisionNumber") is { } number ? int.Parse(number, CultureInfo.InvariantCulture) : 0);
}
