using System.Globalization;
using System.Security.Cryptography;
using Hierarchy.Content;
using Hierarchy.Content.Verification;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Testing.Files;

/// <summary>A file whose bytes follow from its number: made anew wherever they are wanted, kept nowhere.</summary>
/// <param name="File">As a catalog describes it.</param>
/// <param name="Seed">Its number.</param>
public sealed record GeneratedFile(ContentFile File, int Seed)
{
    /// <summary>Bytes of a file.</summary>
    public static byte[] BytesOf(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A file of that length.</summary>
    public static GeneratedFile Create(int seed, int length)
    {
        var bytes = BytesOf(seed, length);
#pragma warning disable CA5350 // SHA-1 is the wire's name for a file.
        return new GeneratedFile(ContentFile.Create(SHA1.HashData(bytes), SHA256.HashData(bytes), length, $"generated-{seed}.cab", microsoftUpdateUrl: null), seed);
#pragma warning restore CA5350
    }

    /// <summary>One line: what another process needs to know of it.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{File.Sha1} {File.Sha256} {File.Size} {File.Name}");

    /// <summary>The file of such a line.</summary>
    public static ContentFile FromLine(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length != 4 || !Sha1Digest.TryParse(parts[0], out var sha1) || !Sha256Digest.TryParse(parts[1], out var sha256)) throw new FormatException($"“{line}” describes no file.");
        return new ContentFile { Sha1 = sha1, Sha256 = sha256, Size = long.Parse(parts[2], CultureInfo.InvariantCulture), Name = parts[3] };
    }
}
