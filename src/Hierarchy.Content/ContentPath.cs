using Hierarchy.Domain.Catalog;

namespace Hierarchy.Content;

/// <summary>How content is named in URLs, as WSUS names it: `/Content/XX/SHA1.ext`, XX being the last two digits of the SHA-1, digits in upper case.</summary>
public static class ContentPath
{
    private const int MaxExtensionLength = 16;

    /// <summary>The path of a file below a server's content URL. The extension is that of <paramref name="fileName"/>, or none when it is not plain letters and digits.</summary>
    public static string For(Sha1Digest sha1, string fileName) => $"/Content/{sha1.LastByte:X2}/{sha1}{Extension(fileName)}";

    /// <inheritdoc cref="For(Sha1Digest, string)"/>
    public static string For(ContentFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return For(file.Sha1, file.Name);
    }

    /// <summary>The URL of a file at a server.</summary>
    public static Uri UrlFor(Uri contentUrl, ContentFile file)
    {
        ArgumentNullException.ThrowIfNull(contentUrl);
        return new Uri(contentUrl.GetLeftPart(UriPartial.Path).TrimEnd('/') + For(file));
    }

    /// <summary>Reads the two segments below `/Content`, any case; false for everything that <see cref="For(Sha1Digest, string)"/> could not have made.</summary>
    public static bool TryParse(ReadOnlySpan<char> folder, ReadOnlySpan<char> name, out Sha1Digest sha1)
    {
        const int digits = Sha1Digest.Length * 2;
        sha1 = default;
        if (folder.Length != 2 || name.Length < digits) return false;
        if (!folder.Equals(name[(digits - 2)..digits], StringComparison.OrdinalIgnoreCase)) return false;
        return IsExtension(name[digits..]) && Sha1Digest.TryParse(name[..digits], out sha1);
    }

    private static ReadOnlySpan<char> Extension(string fileName)
    {
        var extension = Path.GetExtension(fileName.AsSpan());
        return IsExtension(extension) ? extension : [];
    }

    private static bool IsExtension(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return true;
        if (text[0] != '.' || text.Length is < 2 or > MaxExtensionLength + 1) return false;
        foreach (var letter in text[1..])
        {
            if (!char.IsAsciiLetterOrDigit(letter)) return false;
        }

        return true;
    }
}
