using System.Buffers.Binary;
using System.Security.Cryptography;
using Hierarchy.Domain;

namespace Hierarchy.Replication.Courier;

/// <summary>Reads a courier file from bytes as they come; no I/O. Nothing is handed out that was not checked, and no more is kept than one frame can be long.</summary>
public sealed class CourierReader : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[64 * 1024];
    private int _from;
    private int _to;
    private long _position;
    private bool _isSigned;
    private bool _hasHeader;

    /// <summary>The last frame was read.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Takes bytes; <see cref="TryRead"/> until it says no before the next.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length - _to < bytes.Length)
        {
            var kept = _buffer.AsSpan(_from, _to - _from);
            var target = kept.Length + bytes.Length > _buffer.Length ? new byte[Math.Max(_buffer.Length * 2, kept.Length + bytes.Length)] : _buffer;
            kept.CopyTo(target);
            (_buffer, _to, _from) = (target, kept.Length, 0);
        }

        bytes.CopyTo(_buffer.AsSpan(_to));
        _to += bytes.Length;
    }

    /// <summary>The next frame; false when more bytes are needed.</summary>
    /// <exception cref="IntegrityException">The bytes are no courier file, or a damaged one.</exception>
    public bool TryRead(out CourierFrame frame)
    {
        frame = default;
        if (IsEnded && _to > _from) throw Wrong("something follows its end");
        if (!_isSigned && !TrySign()) return false;
        while (!IsEnded)
        {
            var waiting = _buffer.AsSpan(_from, _to - _from);
            if (waiting.Length < CourierFormat.HeadBytes) return false;
            var (length, type) = (BinaryPrimitives.ReadUInt32BigEndian(waiting), (CourierFrameType)waiting[4]);
            CheckHead(type, length);
            var size = CourierFormat.HeadBytes + (int)length + CourierFormat.CheckBytes;
            if (waiting.Length < size) return false;
            Check(waiting[..size]);
            var body = waiting.Slice(CourierFormat.HeadBytes, (int)length).ToArray();
            _from += size;
            _position += size;
            _hasHeader = true;
            IsEnded = type == CourierFrameType.End;
            if (type >= CourierFrameType.FirstOptional) continue;
            frame = new CourierFrame(type, body);
            return true;
        }

        return false;
    }

    /// <summary>No more bytes will come.</summary>
    /// <exception cref="IntegrityException">The file ends before its last frame.</exception>
    public void Complete()
    {
        if (!IsEnded) throw Wrong("it was cut off there");
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private bool TrySign()
    {
        var signature = CourierFormat.Signature;
        var waiting = _buffer.AsSpan(_from, Math.Min(_to - _from, signature.Length));
        if (!waiting[..Math.Min(waiting.Length, signature.Length - 1)].SequenceEqual(signature[..Math.Min(waiting.Length, signature.Length - 1)])) throw Wrong("it is no courier file");
        if (waiting.Length < signature.Length) return false;
        if (waiting[^1] != signature[^1]) throw Wrong($"its format is {waiting[^1]}, and this version reads {signature[^1]}; update this server");
        _hash.AppendData(waiting);
        _from += signature.Length;
        _position += signature.Length;
        return _isSigned = true;
    }

    private void CheckHead(CourierFrameType type, uint length)
    {
        if (type is 0 || (type < CourierFrameType.FirstOptional && !Enum.IsDefined(type))) throw Wrong($"it holds a frame of type {(int)type}, which this version does not know; update this server");
        if (length > CourierFormat.Limit(type)) throw Wrong($"a frame of {length} bytes is longer than any of its type");
        if (_hasHeader == (type == CourierFrameType.Header)) throw Wrong(_hasHeader ? "it has a second header" : "it does not begin with a header");
    }

    private void Check(ReadOnlySpan<byte> frame)
    {
        Span<byte> check = stackalloc byte[CourierFormat.CheckBytes];
        var stated = frame[^CourierFormat.CheckBytes..];
        _hash.AppendData(frame[..^CourierFormat.CheckBytes]);
        CourierFormat.WriteCheck(_hash, check);
        if (!check.SequenceEqual(stated)) throw Wrong("the bytes up to here are not those that were written");
        _hash.AppendData(stated);
    }

    private IntegrityException Wrong(string what) => new($"The courier file is damaged at byte {_position}: {what}. Nothing from there on was taken; copy it again, or export it anew.");
}
