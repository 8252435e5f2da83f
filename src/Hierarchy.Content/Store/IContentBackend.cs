namespace Hierarchy.Content.Store;

/// <summary>
/// Where verified files are kept: the one seam to another kind of storage. It knows whole files by their digests and nothing else: what is arriving stands on the local disk until it is verified, and
/// the store's index, locks and counters stay above. Calls about one file never overlap. A storage that fails throws an <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/>.
/// </summary>
public interface IContentBackend
{
    /// <summary>What it is called in messages: a folder, an address.</summary>
    string Name { get; }

    /// <summary>Bytes that it can still take; <see cref="long.MaxValue"/> when it knows no end.</summary>
    long AvailableSpace { get; }

    /// <summary>What it keeps, by names alone: no file is read. Asked once, at the start.</summary>
    IEnumerable<StoredFile> List();

    /// <summary>Where a program of this machine can read the file; null when there is no such place.</summary>
    string? PathOf(StoredFile file);

    /// <summary>Opens a file; null when it is known to be missing. Where asking is dear, what is missing shows at the first read, as an <see cref="IOException"/>.</summary>
    IContentBytes? Open(StoredFile file);

    /// <summary>Gives a verified local file, which is on the disk, its final name, whole or not at all, and takes the local one away. Replaces what is there.</summary>
    ValueTask PublishAsync(string path, StoredFile file, CancellationToken cancellationToken);

    /// <summary>Puts a damaged file where <see cref="List"/> does not find it; answers where, for people.</summary>
    ValueTask<string> PutAsideAsync(StoredFile file);

    /// <summary>Takes a file away; one that is not there is no failure. Who reads it may read on.</summary>
    ValueTask RemoveAsync(StoredFile file);

    /// <summary>Takes away what was put aside before a time; answers how many files and bytes that were.</summary>
    ValueTask<(int Files, long Bytes)> ClearAsideAsync(DateTimeOffset before, bool whatIf);
}
