namespace Hierarchy.Agent.State;

/// <summary>Replaces a small file whole: what stands under its name was flushed to the disk before.</summary>
internal static class AtomicFile
{
    internal const string PartialSuffix = ".partial";

    internal static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var partial = path + PartialSuffix;
        using (var handle = File.OpenHandle(partial, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(handle, bytes, 0);
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(partial, path, overwrite: true);
    }
}
