using System.Buffers;
using System.Text;

namespace Grpc.Core.Internal;

/// <summary>The encoding of <c>grpc-message</c>: UTF-8, where every byte outside printable ASCII and <c>%</c> itself is written <c>%XX</c>.</summary>
internal static class PercentEncoding
{
    // Everything from space to tilde but the percent sign.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(i => (char)i).Where(c => c != '%')]);

    public static string Encode(string text)
    {
        if (text.AsSpan().IndexOfAnyExcept(Plain) < 0)
            return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        var result = new StringBuilder(bytes.Length + 16);
        foreach (var b in bytes)
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
                result.Append((char)b);
            else
                result.Append('%').Append(Hex(b >> 4)).Append(Hex(b & 0xF));
        }

        return result.ToString();
    }

    /// <summary>Decodes leniently: what is not a valid escape stays as it is, as the specification asks.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes[length++] = (byte)((Value(text[i + 1]) << 4) | Value(text[i + 2]));
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(text.AsSpan(i, 1), bytes.AsSpan(length));
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static char Hex(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);

    private static int Value(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
