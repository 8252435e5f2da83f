using System.Globalization;
using System.Text;

namespace Hierarchy.Testing.Hostile;

/// <summary>Damages XML as text, and makes texts that no honest server sends: deep, wide, endless, with entities, with half characters.</summary>
internal static class HostileTexts
{
    private const int MaxChanges = 5;
    private const int MaxStretch = 200;

    private static readonly string[] Pieces =
    [
        "<", ">", "\"", "=", "&", "/", "&#0;", "&#xD800;", "&e;", "&amp;", "<!--", "-->", "<![CDATA[", "]]>", "<?xml version=\"1.0\"?>", "xmlns=''", "xmlns:upd='urn:x'", "xsi:nil='true'",
        "-1", "99999999999999999999", "true", "", "\uD800", "\uDC00", "\uFFFE", "\0", "\uFEFF", "AAAA", "<upd:AtLeastOne>", "<upd:UpdateIdentity UpdateID='x'/>", "9999-12-31T00:00:00",
    ];

    private static readonly string[] Values =
    [
        "", " ", "0", "1", "true", "FALSE", "-1", "007", "2147483648", "99999999999999999999", "1e9", "0x80070005", "0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f01", "{0D3F8CD0-5A41-4F4B-8D4F-6F0F3F0A7F01}", "AAAA",
        "h/W9BGlYUAaqXTp30cZi/SiV3c0=", "9999-12-31T23:59:59.9999999+14:00", "0001-01-01T00:00:00+14:00", "2024-02-30", "SHA256", "&amp;&#x10FFFF;", "../../etc/passwd", "Software", "Expired", "9.9.9.9.9",
    ];

    public static string Damage(string seed, Random random)
    {
        // Half of them stay well-formed: the damage is in the values then.
        if (random.Next(2) == 0) return ReplaceValues(seed, random);
        var text = seed;
        for (var changes = random.Next(1, MaxChanges); changes > 0 && text.Length > 1; changes--)
        {
            var at = random.Next(text.Length);
            var stretch = Math.Min(random.Next(1, MaxStretch), text.Length - at);
            var piece = random.Next(3) == 0 ? text.Substring(random.Next(text.Length - stretch + 1), stretch) : Pieces[random.Next(Pieces.Length)];
            text = string.Concat(text.AsSpan(0, at), piece, text.AsSpan(at + (random.Next(2) * stretch)));
            if (random.Next(12) == 0) text = text[..random.Next(1, text.Length + 1)];
        }

        return text;
    }

    private static string ReplaceValues(string text, Random random)
    {
        for (var changes = random.Next(1, MaxChanges); changes > 0; changes--)
        {
            // Between quotes: an attribute; between tags: a text.
            var (open, close) = random.Next(2) == 0 ? ('"', '"') : ('>', '<');
            var from = text.IndexOf(open, random.Next(text.Length)) + 1;
            var to = from == 0 ? -1 : text.IndexOf(close, from);
            if (to < 0 || (open == '"' && text[from - 2] != '=')) continue;
            text = string.Concat(text.AsSpan(0, from), Values[random.Next(Values.Length)], text.AsSpan(to));
        }

        return text;
    }

    /// <summary>A document or answer that is hostile by its shape. <paramref name="root"/> is the name of its root element.</summary>
    public static string Shape(string seed, string root, Random random)
    {
        var size = 1 << random.Next(4, 18);
        var end = seed.LastIndexOf("</", StringComparison.Ordinal);
        if (end < 0) end = seed.Length;
        return random.Next(10) switch
        {
            0 => $"<!DOCTYPE {root} SYSTEM 'file:///etc/passwd'>{seed}",
            1 => $"<!DOCTYPE {root} [<!ENTITY e SYSTEM 'http://127.0.0.1:1/'>]>{seed.Insert(end, "&e;")}",
            2 => $"<!DOCTYPE {root} [{Bomb()}]>{seed.Insert(end, "&e9;")}",
            3 => seed.Insert(end, $"{Repeat("<And>", size)}{Repeat("</And>", size)}"),
            4 => seed.Insert(end, Repeat("<And>", size)),
            5 => seed.Insert(end, $"<x a=\"{new string('x', size)}\"/>"),
            6 => seed.Insert(end, $"<x {string.Concat(Enumerable.Range(0, size / 16).Select(i => string.Create(CultureInfo.InvariantCulture, $"a{i}='' ")))}/>"),
            7 => seed.Insert(end, Repeat("<Language>en</Language><UpdateIdentity UpdateID='0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f01' RevisionNumber='1'/>", size / 64)),
            8 => seed.Insert(end, new string('\u0001', 3)),
            _ => seed.Insert(end, $"<{new string('n', size)}/>"),
        };
    }

    /// <summary>UTF-16 bytes, now and then cut in the middle of a character.</summary>
    public static byte[] ToUtf16(string text, Random random)
    {
        var bytes = new byte[text.Length * 2];
        for (var at = 0; at < text.Length; at++) BitConverter.TryWriteBytes(bytes.AsSpan(at * 2), text[at]);
        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
    }

    private static string Bomb()
    {
        var bomb = new StringBuilder("<!ENTITY e0 'ha'>");
        for (var level = 1; level < 10; level++)
        {
            bomb.Append(CultureInfo.InvariantCulture, $"<!ENTITY e{level} '");
            for (var times = 0; times < 10; times++) bomb.Append(CultureInfo.InvariantCulture, $"&e{level - 1};");
            bomb.Append("'>");
        }

        return bomb.ToString();
    }

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
}
