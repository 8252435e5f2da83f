using System.Collections.Concurrent;

namespace Hierarchy.Testing.MicrosoftUpdate.Content;

/// <summary>The files that can be fetched, by their SHA-1.</summary>
public sealed class ContentLibrary
{
    private readonly ConcurrentDictionary<string, ServedFile> _byDigest = new(StringComparer.OrdinalIgnoreCase);

    public int Count => _byDigest.Count;

    public void Add(ServedFile file) => _byDigest[Convert.ToHexString(file.Sha1)] = file;

    /// <summary>Finds the file that an address names: by /Content/XX/SHA1.ext as servers have it, or by name_sha1.ext as Microsoft's download servers have it.</summary>
    public ServedFile? Find(ReadOnlySpan<char> path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        var stem = dot < 0 ? name : name[..dot];
        if (stem.Length < 40)
            return null;
        return _byDigest.GetValueOrDefault(stem[^40..].ToString());
    }

    /// <summary>The path under which a file is offered, in the form of Microsoft's download servers.</summary>
    public static string PathOf(string fileName, ReadOnlySpan<byte> sha1)
    {
        var dot = fileName.LastIndexOf('.');
        var stem = dot < 0 ? fileName : fileName[..dot];
        var extension = dot < 0 ? string.Empty : fileName[dot..];
        return $"/c/msdownload/update/software/updt/{Uri.EscapeDataString(stem.ToLowerInvariant())}_{Convert.ToHexStringLower(sha1)}{Uri.EscapeDataString(extension)}";
    }
}
