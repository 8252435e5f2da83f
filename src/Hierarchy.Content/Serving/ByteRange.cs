namespace Hierarchy.Content.Serving;

/// <summary>A run of bytes of a file; never empty.</summary>
/// <param name="From">The first byte.</param>
/// <param name="To">The last byte.</param>
internal readonly record struct ByteRange(long From, long To)
{
    public long Length => To - From + 1;
}
