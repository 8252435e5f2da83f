namespace Hierarchy.Content.Store;

/// <summary>The bytes of one file, read from any place by any number of readers at once.</summary>
public interface IContentBytes : IDisposable
{
    /// <summary>How many there are.</summary>
    long Length { get; }

    /// <summary>Reads from an offset on; 0 at the end.</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);
}
