using Hierarchy.Domain.Catalog;
using System.Globalization;
using Hierarchy.Content.Verification;

namespace Hierarchy.Content.Store;

/// <summary>Where things stand in a store's folder. Both digests are in a file's name, so the folder itself is the index: one rename publishes file and entry together.</summary>
/// <remarks>
/// <code>
/// files/AB/SHA256-SHA1      verified; AB = the first byte of the SHA-256
/// partial/SHA1.partial      on its way, with SHA1.partial.pieces
/// partial/SHA1.adopted      being taken from another program's folder
/// quarantine/SHA256-SHA1    was verified once, and is damaged now
/// lock                      held while a process has the store open
/// </code>
/// </remarks>
internal sealed class StoreLayout(string root)
{
    public const string AdoptedExtension = ".adopted";
    public const string PartialExtension = ".partial";
    public const string JournalExtension = ".pieces";

    public string Root { get; } = Path.GetFullPath(root);

    public string Files => Path.Combine(Root, "files");

    public string Partial => Path.Combine(Root, "partial");

    public string Quarantine => Path.Combine(Root, "quarantine");

    public string Lock => Path.Combine(Root, "lock");

    /// <summary>Free bytes of the disk. Elsewhere than on Windows a drive is whatever is mounted there.</summary>
    public long AvailableSpace => new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(Root) ?? Root : Root).AvailableFreeSpace;

    public string PathOf(StoredFile file)
    {
        var name = Name(file);
        return Path.Combine(Files, name[..2], name);
    }

    public string QuarantinePathOf(StoredFile file) => Path.Combine(Quarantine, Name(file));

    public string AdoptionPathOf(Sha1Digest sha1) => Path.Combine(Partial, sha1 + AdoptedExtension);

    public static bool TryParseName(ReadOnlySpan<char> name, out Sha1Digest sha1, out Sha256Digest sha256)
    {
        sha1 = default;
        sha256 = default;
        const int dash = Sha256Digest.Length * 2;
        return name.Length > dash && name[dash] == '-' && Sha256Digest.TryParse(name[..dash], out sha256) && Sha1Digest.TryParse(name[(dash + 1)..], out sha1);
    }

    private static string Name(StoredFile file) => string.Create(CultureInfo.InvariantCulture, $"{file.Sha256}-{file.Sha1.ToString().ToLowerInvariant()}");
}
