namespace Hierarchy.Testing.MicrosoftUpdate.Content;

/// <summary>The bytes of a file, readable from any place.</summary>
public abstract class FileBytes
{
    public abstract long Length { get; }

    /// <summary>Fills <paramref name="buffer"/> with the bytes from <paramref name="offset"/> on; both lie within the file.</summary>
    public abstract void Read(long offset, Span<byte> buffer);
}
