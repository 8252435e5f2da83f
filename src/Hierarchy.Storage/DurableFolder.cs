using System.Runtime.InteropServices;

namespace Hierarchy.Storage;

/// <summary>Makes the names in a folder durable: after a rename, the file's own flush says nothing about where it stands.</summary>
public static partial class DurableFolder
{
    private const int ReadOnly = 0;

    /// <summary>Flushes the folder. Windows keeps names in its own journal; there it does nothing.</summary>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var folder = Open(path, ReadOnly);
        if (folder < 0) return; // A folder that cannot be opened for reading: the rename stands, and the next flush of the disk keeps it.
        _ = Sync(folder);
        _ = Close(folder);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
