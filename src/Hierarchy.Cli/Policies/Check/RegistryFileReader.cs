using System.Globalization;
using System.Text;

namespace Hierarchy.Cli.Policies.Check;

/// <summary>
/// Reads a registry file as regedit and reg.exe write it: version 5 (UTF-16LE, or UTF-8 by other tools) and REGEDIT4 (the system's 8-bit code page; taken as Latin-1, which holds what is looked for). Numbers, texts, bytes over
/// several lines, deletions. A line that is not understood is an error with its number: what is passed over could be what matters.
/// </summary>
internal sealed class RegistryFileReader
{
    private const string Version5 = "Windows Registry Editor Version 5.00";
    private const string Version4 = "REGEDIT4";
    private const int MaxValues = 1_000_000;

    private readonly string _text;
    private readonly bool _isVersion4;
    private int _at;
    private int _line = 1;

    private RegistryFileReader(string text, int at, bool isVersion4) => (_text, _at, _isVersion4) = (text, at, isVersion4);

    /// <summary>True when the text begins as a registry file does.</summary>
    public static bool IsOne(string text) => text.AsSpan().TrimStart().StartsWith(Version5, StringComparison.OrdinalIgnoreCase) || text.AsSpan().TrimStart().StartsWith(Version4, StringComparison.OrdinalIgnoreCase);

    /// <summary>Text from bytes: by the byte order mark, else UTF-8 where it is that, else Latin-1.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.Unicode.Preamble)) return Encoding.Unicode.GetString(bytes[2..]);
        if (bytes.StartsWith(Encoding.BigEndianUnicode.Preamble)) return Encoding.BigEndianUnicode.GetString(bytes[2..]);
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) return Encoding.UTF8.GetString(bytes[3..]);
        // Some tools leave the mark away; every other byte of a registry file's beginning is then zero.
        if (bytes.Length > 3 && bytes[1] == 0 && bytes[3] == 0) return Encoding.Unicode.GetString(bytes);
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <exception cref="FormatException">Something is not understood; the message has the line.</exception>
    public static RegistryValues Read(string text)
    {
        var isVersion4 = text.AsSpan().TrimStart().StartsWith(Version4, StringComparison.OrdinalIgnoreCase);
        var begin = text.IndexOf(isVersion4 ? Version4 : Version5, StringComparison.OrdinalIgnoreCase);
        var reader = new RegistryFileReader(text, begin + (isVersion4 ? Version4 : Version5).Length, isVersion4);
        return reader.ReadAll();
    }

    private RegistryValues ReadAll()
    {
        var values = new RegistryValues();
        string? key = null;
        var count = 0;
        while (SkipSpace())
        {
            if (_text[_at] == ';')
            {
                RestOfLine();
            }
            else if (_text[_at] == '[')
            {
                var line = RestOfLine().TrimEnd();
                if (!line.EndsWith(']')) throw Wrong("a key has no closing bracket");
                key = line[1..^1];
                if (key.StartsWith('-'))
                {
                    values.RemoveKey(Long(key[1..]));
                    key = null;
                }
                else
                {
                    key = Long(key);
                    values.AddKey(key);
                }
            }
            else
            {
                if (++count > MaxValues) throw Wrong($"more than {MaxValues} values");
                ReadValue(values, key);
            }
        }

        return values;
    }

    private void ReadValue(RegistryValues values, string? key)
    {
        string name;
        if (_text[_at] == '@')
        {
            (name, _at) = ("", _at + 1);
        }
        else if (_text[_at] == '"')
        {
            name = Quoted();
        }
        else
        {
            throw Wrong("neither a key nor a value");
        }

        SkipBlanks();
        if (_at >= _text.Length || _text[_at] != '=') throw Wrong($"no '=' behind \"{name}\"");
        _at++;
        SkipBlanks();
        var value = Data(key ?? "", name);
        if (key is null) return; // Below a key that is deleted.
        if (value is null) values.Remove(key, name);
        else values.Set(value);
    }

    private RegistryValue? Data(string key, string name)
    {
        if (_at < _text.Length && _text[_at] == '"')
        {
            var text = Quoted();
            if (RestOfLine() is var behind && behind.Trim() is { Length: > 0 } rest && !rest.StartsWith(';')) throw Wrong($"'{Short(rest)}' behind a text");
            return new RegistryValue(key, name, Number: null, text);
        }

        var data = RestOfLine().Trim();
        if (data == "-") return null;
        if (data.StartsWith("dword:", StringComparison.OrdinalIgnoreCase))
        {
            var digits = data[6..].Split(';')[0].Trim();
            return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
                ? new RegistryValue(key, name, number, Text: null)
                : throw Wrong($"'{Short(digits)}' is no number of a dword");
        }

        if (!data.StartsWith("hex", StringComparison.OrdinalIgnoreCase)) throw Wrong($"'{Short(data)}' is no value");
        var colon = data.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) throw Wrong("bytes without a colon");
        var type = colon == 3 ? 3 : int.TryParse(data.AsSpan(3, colon - 3).Trim("()"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var given) ? given : throw Wrong("bytes of no type");
        return Of(key, name, type, Bytes(data[(colon + 1)..]));
    }

    private byte[] Bytes(string first)
    {
        var all = new StringBuilder();
        // A backslash at the end of a line means that the bytes go on in the next one.
        for (var part = first.Trim(); ; part = RestOfLine().Trim())
        {
            var goesOn = part.EndsWith('\\');
            all.Append(goesOn ? part[..^1] : part.Split(';')[0]);
            if (!goesOn) break;
            if (!SkipSpace()) throw Wrong("the file ends in the middle of bytes");
        }

        var parts = all.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var bytes = new byte[parts.Length];
        for (var index = 0; index < parts.Length; index++)
            if (!byte.TryParse(parts[index], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[index])) throw Wrong($"'{Short(parts[index])}' is no byte");
        return bytes;
    }

    private RegistryValue Of(string key, string name, int type, byte[] bytes) => type switch
    {
        1 or 2 or 7 => new RegistryValue(key, name, Number: null, (_isVersion4 ? Encoding.Latin1 : Encoding.Unicode).GetString(bytes).TrimEnd('\0').Replace('\0', '\n')),
        4 when bytes.Length == 4 => new RegistryValue(key, name, BitConverter.ToUInt32(bytes), Text: null),
        5 when bytes.Length == 4 => new RegistryValue(key, name, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes), Text: null),
        11 when bytes.Length == 8 => new RegistryValue(key, name, BitConverter.ToUInt64(bytes), Text: null),
        _ => new RegistryValue(key, name, Number: null, Text: null),
    };

    /// <summary>From a quotation mark behind the next one that stands alone; texts may go over lines.</summary>
    private string Quoted()
    {
        var text = new StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            var character = _text[_at];
            if (character == '"')
            {
                _at++;
                return text.ToString();
            }

            if (character == '\n') _line++;
            if (character == '\\' && _at + 1 < _text.Length && _text[_at + 1] is '\\' or '"') character = _text[++_at];
            text.Append(character);
        }

        throw Wrong("a text has no end");
    }

    private string RestOfLine()
    {
        var end = _text.IndexOf('\n', _at);
        var line = end < 0 ? _text[_at..] : _text[_at..end];
        _at = end < 0 ? _text.Length : end; // The line's end is counted where space is skipped.
        return line;
    }

    private bool SkipSpace()
    {
        for (; _at < _text.Length && (char.IsWhiteSpace(_text[_at]) || _text[_at] == '\0'); _at++)
            if (_text[_at] == '\n') _line++;
        return _at < _text.Length;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t') _at++;
    }

    private FormatException Wrong(string what) => new($"line {_line}: {what}");

    private static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;

    private static string Long(string key)
    {
        foreach (var (abbreviation, hive) in new[] { ("HKLM", "HKEY_LOCAL_MACHINE"), ("HKCU", "HKEY_CURRENT_USER"), ("HKU", "HKEY_USERS") })
            if (key.StartsWith(abbreviation + '\\', StringComparison.OrdinalIgnoreCase)) return hive + key[abbreviation.Length..];
        return key;
    }
}
