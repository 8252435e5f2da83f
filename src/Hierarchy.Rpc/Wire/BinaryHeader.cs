namespace Grpc.Core.Internal;

/// <summary>The values of <c>-bin</c> headers: base64, with or without padding.</summary>
internal static class BinaryHeader
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    /// <summary>Decodes one value. Throws <see cref="FormatException" /> when it is not base64.</summary>
    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        var padding = (4 - (text.Length & 3)) & 3;
        if (padding == 3)
            throw new FormatException("A binary header holds a base64 value of an impossible length.");
        if (padding == 0)
            return DecodePadded(text);
        Span<char> padded = text.Length <= 256 ? stackalloc char[text.Length + padding] : new char[text.Length + padding];
        text.CopyTo(padded);
        padded[text.Length..].Fill('=');
        return DecodePadded(padded);
    }

    /// <summary>Adds the values of one header, which may be a list with commas, to metadata.</summary>
    public static void AddAll(Metadata metadata, string key, ReadOnlySpan<char> value)
    {
        foreach (var part in value.Split(','))
            metadata.Add(key, Decode(value[part]));
    }

    private static byte[] DecodePadded(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out var length))
            throw new FormatException("A binary header holds a value that is not base64.");
        return length == bytes.Length ? bytes : bytes[..length];
    }
}
