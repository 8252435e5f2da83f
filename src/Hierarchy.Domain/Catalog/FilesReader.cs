using System.Globalization;

namespace Hierarchy.Domain.Catalog;

/// <summary>
/// The Files element, and the licence texts (EulaFile) that stand in LocalizedPropertiesCollection by [MS-WUSP] 3.1.1.1 and are taken here, too. Two files may have one digest: both stay, in document order.
/// </summary>
internal sealed class FilesReader
{
    private const int Sha1Length = 20;
    private const int Sha256Length = 32;

    private readonly List<UpdateFile> _files = [];
    private readonly List<EulaFile> _eulas = [];

    public IReadOnlyList<UpdateFile> Files => _files;

    public IReadOnlyList<EulaFile> EulaFiles => _eulas;

    public void Read(DocumentCursor cursor)
    {
        var depth = cursor.Reader.Depth;
        while (cursor.NextChild(depth))
        {
            if (cursor.Name == "File") _files.Add(ReadFile(cursor, out _));
            else if (cursor.Name == "EulaFile") ReadEula(cursor);
            else cursor.Skip();
        }
    }

    public void ReadEula(DocumentCursor cursor)
    {
        var language = cursor.Attribute("Language");
        var region = cursor.Attribute("GeoId");
        var file = ReadFile(cursor, out var innerLanguage);
        _eulas.Add(new EulaFile(language ?? innerLanguage ?? "", region, file));
    }

    private static UpdateFile ReadFile(DocumentCursor cursor, out string? language)
    {
        var depth = cursor.Reader.Depth;
        language = null;
        var name = cursor.Attribute("FileName") ?? throw DocumentValues.Meaningless("FileName", null, "the name of a file");
        var sizeText = cursor.Attribute("Size");
        if (!long.TryParse(sizeText, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            throw DocumentValues.Meaningless($"Size of `{name}`", sizeText, "a length in bytes");
        var modified = DocumentValues.Time($"Modified of `{name}`", cursor.Attribute("Modified"));
        var patchingType = cursor.Attribute("PatchingType");
        var preferred = cursor.Attribute("PatchingTypePreferred");
        var isEncrypted = DocumentValues.Boolean($"IsEncrypted of `{name}`", cursor.Attribute("IsEncrypted"), absent: false);
        byte[] sha1 = [], sha256 = [];
        Take(cursor.Attribute("DigestAlgorithm") ?? "SHA1", cursor.Attribute("Digest"));

        while (cursor.NextChild(depth))
        {
            if (cursor.Name == "AdditionalDigest") Take(cursor.Attribute("Algorithm"), cursor.ReadText());
            else if (cursor.Name == "Language") language = cursor.ReadTextOrNull();
            else cursor.Skip();
        }

        if (sha1.Length == 0) throw DocumentValues.Meaningless($"The SHA1 digest of `{name}`", null, $"{Sha1Length} bytes in base64");
        return new UpdateFile
        {
            Name = name,
            Size = size,
            Sha1 = sha1,
            Sha256 = sha256,
            Modified = modified,
            PatchingType = patchingType,
            PatchingTypePreferred = preferred,
            IsEncrypted = isEncrypted,
        };

        void Take(string? algorithm, string? digest)
        {
            if (Is(algorithm, "SHA1")) sha1 = DocumentValues.Digest($"The SHA1 digest of `{name}`", digest, Sha1Length);
            else if (Is(algorithm, "SHA256")) sha256 = DocumentValues.Digest($"The SHA256 digest of `{name}`", digest, Sha256Length);
        }
    }

    private static bool Is(string? algorithm, string name) =>
        algorithm is not null && algorithm.Replace("-", "", StringComparison.Ordinal).Equals(name, StringComparison.OrdinalIgnoreCase);
}
