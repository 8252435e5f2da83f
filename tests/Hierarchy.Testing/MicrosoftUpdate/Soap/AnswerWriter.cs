using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>Writes an answer's XML as UTF-8 into a rented buffer. The markup comes from the caller; text, numbers and bytes are escaped or encoded here.</summary>
internal sealed class AnswerWriter(int capacity = 4096) : IDisposable
{
    private static readonly SearchValues<char> Special = SearchValues.Create("<>&\r");

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    public void Clear() => _length = 0;

    /// <summary>Inverts one byte of what was written, as a broken line would.</summary>
    public void Invert(int at) => _buffer[at] ^= 0xFF;

    public AnswerWriter Raw(ReadOnlySpan<byte> markup)
    {
        markup.CopyTo(Room(markup.Length));
        _length += markup.Length;
        return this;
    }

    /// <summary>Appends text, escaped for element content. A carriage return is written as a reference, or a parser would make a line feed of it.</summary>
    public AnswerWriter Text(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAny(Special);
            if (plain != 0)
            {
                var run = plain < 0 ? text : text[..plain];
                _length += Encoding.UTF8.GetBytes(run, Room(run.Length * 3));
                text = text[run.Length..];
                continue;
            }

            Raw(text[0] switch
            {
                '<' => "&lt;"u8,
                '>' => "&gt;"u8,
                '&' => "&amp;"u8,
                _ => "&#xD;"u8,
            });
            text = text[1..];
        }

        return this;
    }

    public AnswerWriter Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var written);
        _length += written;
        return this;
    }

    public AnswerWriter Id(Guid value)
    {
        Utf8Formatter.TryFormat(value, Room(36), out var written);
        _length += written;
        return this;
    }

    public AnswerWriter Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    public AnswerWriter Time(DateTimeOffset value) =>
        Text(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    public AnswerWriter Base64(ReadOnlySpan<byte> bytes)
    {
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, Room(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        _length += written;
        return this;
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + bytes));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsSpan(_length);
    }
}
