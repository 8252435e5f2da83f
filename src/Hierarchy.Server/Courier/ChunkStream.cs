namespace Hierarchy.Server.Courier;

/// <summary>A stream that is written into a call, in chunks of one size. Whoever writes synchronously only fills it; what is full goes out at the next asynchronous write.</summary>
/// <param name="send">Sends a chunk; the memory may be used again afterwards.</param>
internal sealed class ChunkStream(Func<ReadOnlyMemory<byte>, CancellationToken, Task> send) : Stream
{
    /// <summary>Well below what a message may be.</summary>
    public const int ChunkBytes = 256 * 1024;

    private readonly MemoryStream _filled = new();

    /// <summary>Bytes that were written.</summary>
    public long Written { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _filled.Write(buffer);
        Written += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        if (_filled.Length >= ChunkBytes) await SendAsync(cancellationToken);
    }

    public override void Flush()
    {
    }

    /// <summary>Nothing: small chunks would cost more than they bring forward. <see cref="CompleteAsync"/> sends the rest.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is left.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => SendAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var bytes = _filled.GetBuffer().AsMemory(0, (int)_filled.Length);
        for (; bytes.Length > 0; bytes = bytes[Math.Min(ChunkBytes, bytes.Length)..])
            await send(bytes[..Math.Min(ChunkBytes, bytes.Length)], cancellationToken);
        _filled.SetLength(0);
    }
}
