namespace Hierarchy.Testing.MicrosoftUpdate.Content;

/// <summary>A file held in memory.</summary>
public sealed class StoredBytes(byte[] bytes) : FileBytes
{
    public override long Length => bytes.Length;

    public override void Read(long offset, Span<byte> buffer) => bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
}
