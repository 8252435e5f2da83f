using Microsoft.Win32.SafeHandles;

namespace Hierarchy.Content.Store;

/// <summary>The bytes of a file on this machine's disk; they can be read on when the file is renamed or deleted.</summary>
internal sealed class FileBytes(SafeFileHandle handle) : IContentBytes
{
    public long Length => RandomAccess.GetLength(handle);

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken);

    public void Dispose() => handle.Dispose();
}
