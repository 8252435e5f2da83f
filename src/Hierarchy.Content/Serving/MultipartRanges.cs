using System.Globalization;
using System.Text;

namespace Hierarchy.Content.Serving;

/// <summary>The shell of a multipart/byteranges answer (RFC 9110, section 14.6): what stands before each part and after the last.</summary>
internal sealed class MultipartRanges
{
    private readonly byte[][] _heads;
    private readonly byte[] _tail;

    public MultipartRanges(IReadOnlyList<ByteRange> ranges, long size, string mediaType)
    {
        var boundary = Guid.NewGuid().ToString("N");
        ContentType = $"multipart/byteranges; boundary={boundary}";
        _heads = [.. ranges.Select((range, i) => Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{(i == 0 ? "" : "\r\n")}--{boundary}\r\nContent-Type: {mediaType}\r\nContent-Range: bytes {range.From}-{range.To}/{size}\r\n\r\n")))];
        _tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        ContentLength = _heads.Sum(head => (long)head.Length) + ranges.Sum(range => range.Length) + _tail.Length;
    }

    public string ContentType { get; }

    public long ContentLength { get; }

    public ReadOnlyMemory<byte> Tail => _tail;

    public ReadOnlyMemory<byte> Head(int part) => _heads[part];
}
