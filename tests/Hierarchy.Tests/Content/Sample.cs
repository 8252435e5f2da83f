using Hierarchy.Domain.Catalog;
using System.Security.Cryptography;
using Hierarchy.Content;

namespace Hierarchy.Tests.Content;

/// <summary>Files with bytes that follow from a seed, and a catalog of them.</summary>
internal sealed class Sample : IContentCatalog
{
    private readonly Dictionary<Sha1Digest, ContentFile> _files = [];

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public ContentFile? Find(Sha1Digest sha1) => _files.GetValueOrDefault(sha1);

    public ContentFile Add(byte[] bytes, string name = "update.exe", bool hasSha256 = true, string? url = null)
    {
        var file = Describe(bytes, name, hasSha256, url);
        _files[file.Sha1] = file;
        return file;
    }

    /// <summary>The catalog says something else of a file now.</summary>
    public void Replace(ContentFile file) => _files[file.Sha1] = file;

    public static ContentFile Describe(byte[] bytes, string name = "update.exe", bool hasSha256 = true, string? url = null) =>
#pragma warning disable CA5350 // SHA-1 is the wire's name for a file.
        ContentFile.Create(SHA1.HashData(bytes), hasSha256 ? SHA256.HashData(bytes) : [], bytes.Length, name, url);
#pragma warning restore CA5350
}
