using Hierarchy.Agent.State;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Agent.Download;

/// <summary>
/// Downloaded files under their digests. The update's own names are never paths here. What stands under a final name was verified: length, SHA-1, and SHA-256 where the
/// document gives one.
/// </summary>
internal sealed class ContentFolder(string path)
{
    private const int BufferLength = 128 * 1024;

    internal static ContentFolder Open(StateFolder folder) => new(folder.Subfolder("content"));

    /// <summary>40 upper-case digits: the name on Microsoft's wire.</summary>
    internal static string NameOf(UpdateFile file) => Convert.ToHexString(file.Sha1);

    internal string PathOf(UpdateFile file) => Path.Combine(path, NameOf(file));

    internal string PartialOf(UpdateFile file) => PathOf(file) + AtomicFile.PartialSuffix;

    internal bool Contains(UpdateFile file) => new FileInfo(PathOf(file)) is { Exists: true } found && found.Length == file.Size;

    internal bool ContainsAll(IEnumerable<UpdateFile> files) => files.All(Contains);

    /// <summary>Copies a file to where an installer sees it, and verifies it once more on the way. False when it is not what it was: it is then removed from here.</summary>
    internal async Task<bool> CopyAsync(UpdateFile file, string target, CancellationToken cancellationToken)
    {
        using (var source = new FileStream(PathOf(file), FileMode.Open, FileAccess.Read, FileShare.Read, BufferLength, FileOptions.SequentialScan | FileOptions.Asynchronous))
        using (var copy = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferLength, FileOptions.Asynchronous))
        using (var digests = new FileDigests())
        {
            var buffer = new byte[BufferLength];
            int count;
            while ((count = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                digests.Append(buffer.AsSpan(0, count));
                await copy.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            if (digests.Matches(file)) return true;
        }

        File.Delete(target);
        File.Delete(PathOf(file));
        return false;
    }

    /// <summary>Removes what no update of those needs.</summary>
    internal void Prune(IReadOnlySet<string> names)
    {
        foreach (var file in Directory.EnumerateFiles(path))
            if (!names.Contains(Path.GetFileName(file).Split('.')[0])) File.Delete(file);
    }
}
