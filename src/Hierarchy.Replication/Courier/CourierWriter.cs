using System.Security.Cryptography;
using Google.Protobuf;

namespace Hierarchy.Replication.Courier;

/// <summary>Writes a courier file, front to back.</summary>
public sealed class CourierWriter : IDisposable
{
    private readonly Stream _output;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _small = new byte[CourierFormat.HeadBytes + CourierFormat.CheckBytes];
    private bool _isBegun;

    /// <param name="output">Need not seek; stays open.</param>
    public CourierWriter(Stream output) => _output = output;

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    /// <summary>Writes a frame.</summary>
    public Task WriteAsync(CourierFrameType type, IMessage message, CancellationToken cancellationToken) => WriteAsync(type, message.ToByteArray(), cancellationToken);

    /// <summary>Writes a frame.</summary>
    public async Task WriteAsync(CourierFrameType type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (body.Length > CourierFormat.Limit(type)) throw new ArgumentException($"A frame of {type} holds {CourierFormat.Limit(type)} bytes at most, and this one has {body.Length}.", nameof(body));
        if (!_isBegun)
        {
            _isBegun = true;
            await PutAsync(CourierFormat.Signature.ToArray(), cancellationToken);
        }

        CourierFormat.WriteHead(_small, type, body.Length);
        await PutAsync(_small.AsMemory(0, CourierFormat.HeadBytes), cancellationToken);
        await PutAsync(body, cancellationToken);
        CourierFormat.WriteCheck(_hash, _small);
        await PutAsync(_small.AsMemory(0, CourierFormat.CheckBytes), cancellationToken);
    }

    /// <summary>Writes the last frame, and gives the SHA-256 of the whole file.</summary>
    public async Task<byte[]> EndAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(CourierFrameType.End, ReadOnlyMemory<byte>.Empty, cancellationToken);
        return _hash.GetCurrentHash();
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private async Task PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _hash.AppendData(bytes.Span);
        await _output.WriteAsync(bytes, cancellationToken);
        Length += bytes.Length;
    }
}
