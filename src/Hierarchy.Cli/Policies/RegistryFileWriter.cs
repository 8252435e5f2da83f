using System.Globalization;
using System.Text;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Policies;

/// <summary>Writes settings as a file that regedit imports: "Windows Registry Editor Version 5.00", UTF-16LE with a byte order mark, CRLF.</summary>
internal static class RegistryFileWriter
{
    public const string Header = "Windows Registry Editor Version 5.00";

    public static byte[] Write(IEnumerable<RegistrySetting> settings)
    {
        var text = new StringBuilder(Header).Append("\r\n");
        foreach (var key in settings.GroupBy(setting => $@"{(setting.OfUser ? "HKEY_CURRENT_USER" : "HKEY_LOCAL_MACHINE")}\{setting.Key}", StringComparer.OrdinalIgnoreCase))
        {
            text.Append(CultureInfo.InvariantCulture, $"\r\n[{key.Key}]\r\n");
            foreach (var setting in key)
                text.Append(CultureInfo.InvariantCulture, $"{Quoted(setting.Name)}={(setting.ValueCase == RegistrySetting.ValueOneofCase.Text ? Text(setting.Text) : $"dword:{setting.Number:x8}")}\r\n");
        }

        return [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text.Append("\r\n").ToString())];
    }

    // regedit reads a text to the end of the line: one with control characters goes as the bytes of a REG_SZ.
    private static string Text(string value) => value.Any(char.IsControl)
        ? "hex(1):" + string.Join(',', Encoding.Unicode.GetBytes(value + '\0').Select(one => one.ToString("x2", CultureInfo.InvariantCulture)))
        : Quoted(value);

    private static string Quoted(string value) => $"\"{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
