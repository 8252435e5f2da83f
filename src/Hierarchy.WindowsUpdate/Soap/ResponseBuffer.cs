using System.Buffers;
using Hierarchy.Domain;

namespace Hierarchy.WindowsUpdate.Soap;

/// <summary>
/// The body of one answer in pooled memory, read as a stream. It is received whole before it is parsed: a connection that breaks is then
/// never taken for a damaged answer.
/// </summary>
internal sealed class ResponseBuffer : Stream
{
    private const int SegmentLength = 64 * 1024;

    private readonly List<byte[]> _segments = [];
    private long _length;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>The first byte; -1 of an empty body.</summary>
    public int First => _length == 0 ? -1 : _segments[0][0];

    /// <summary>Takes a body to its end; <paramref name="received"/> is called for every piece.</summary>
    /// <exception cref="IntegrityException">It is longer than the limit.</exception>
    public async Task FillAsync(Stream source, long limit, Action received, CancellationToken cancellationToken)
    {
        while (true)
        {
            var offset = (int)(_length % SegmentLength);
            if (offset == 0 && _length / SegmentLength == _segments.Count) _segments.Add(ArrayPool<byte>.Shared.Rent(SegmentLength));
            var read = await source.ReadAsync(_segments[^1].AsMemory(offset, SegmentLength - offset), cancellationToken);
            if (read == 0) return;
            received();
            _length += read;
            if (_length > limit) throw new IntegrityException($"it has more than {limit:N0} bytes");
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (_position == _length) return 0;
        var offset = (int)(_position % SegmentLength);
        var count = (int)Math.Min(Math.Min(buffer.Length, SegmentLength - offset), _length - _position);
        _segments[(int)(_position / SegmentLength)].AsSpan(offset, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        foreach (var segment in _segments) ArrayPool<byte>.Shared.Return(segment);
        _segments.Clear();
        (_length, _position) = (0, 0);
        base.Dispose(disposing);
    }
}
