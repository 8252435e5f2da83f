using System.Buffers;

namespace Grpc.Core.Internal;

/// <summary>
/// A growing buffer on pooled arrays. What it holds is valid until it is cleared or disposed. <c>ahead</c> is how much room it takes besides for something large, where more is to follow.
/// </summary>
internal sealed class PooledBufferWriter(int initialCapacity = 256, int ahead = 0) : IBufferWriter<byte>, IDisposable
{
    private const int Large = 16 * 1024;

    private byte[] _buffer = [];
    private int _length;

    public int Length => _length;

    public int Capacity => _buffer.Length;

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    public Span<byte> WrittenSpan => _buffer.AsSpan(0, _length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _length);
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    public void Clear() => _length = 0;

    /// <summary>Drops what was written after the first bytes.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _length);
        _length = length;
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Reserve(int sizeHint)
    {
        sizeHint = Math.Max(sizeHint, 1);
        if (_buffer.Length - _length >= sizeHint)
            return;
        var wanted = Math.Max((long)_length + sizeHint, Math.Max(_buffer.Length * 2L, initialCapacity));
        if (sizeHint >= Large)
            wanted += ahead;
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, Array.MaxLength));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
