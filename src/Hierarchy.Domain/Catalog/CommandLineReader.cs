using System.Globalization;

namespace Hierarchy.Domain.Catalog;

/// <summary>The InstallCommand of a command line installation, or its UninstallCommand, which has the same shape: what this agent runs itself, so that nothing in it is guessed.</summary>
internal static class CommandLineReader
{
    public static CommandLineHandler Read(DocumentCursor cursor)
    {
        var depth = cursor.Reader.Depth;
        var program = cursor.Attribute("Program") ?? throw DocumentValues.Meaningless("Program of a command", null, "the name of a file");
        var arguments = cursor.Reader.GetAttribute("Arguments") ?? "";
        var rebootByDefault = DocumentValues.Boolean("RebootByDefault", cursor.Attribute("RebootByDefault"), absent: false);
        var defaultResult = ReadResult("DefaultResult", cursor.Attribute("DefaultResult"), InstallResult.Failed);
        var codes = new List<ReturnCode>();
        while (cursor.NextChild(depth))
        {
            if (cursor.Reader.LocalName == "ReturnCode") codes.Add(ReadReturnCode(cursor));
            else cursor.Skip();
        }

        return new CommandLineHandler
        {
            Program = program,
            Arguments = arguments,
            RebootByDefault = rebootByDefault,
            DefaultResult = defaultResult,
            ReturnCodes = codes,
        };
    }

    private static ReturnCode ReadReturnCode(DocumentCursor cursor)
    {
        var text = cursor.Attribute("Code");
        var code = new ReturnCode(
            ReadCode(text) ?? throw DocumentValues.Meaningless("Code of ReturnCode", text, "an exit code"),
            ReadResult("Result of ReturnCode", cursor.Attribute("Result"), InstallResult.Failed),
            DocumentValues.Boolean("Reboot of ReturnCode", cursor.Attribute("Reboot"), absent: false));
        cursor.Skip();
        return code;
    }

    /// <summary>Signed, unsigned or hexadecimal: 3221225786 and -1073741510 are the same exit code.</summary>
    private static int? ReadCode(string? text)
    {
        if (text is null) return null;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal) ? (int)hexadecimal : null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code) && code is >= int.MinValue and <= uint.MaxValue
            ? unchecked((int)code)
            : null;
    }

    private static InstallResult ReadResult(string name, string? value, InstallResult absent) => value switch
    {
        null => absent,
        "Failed" => InstallResult.Failed,
        "Succeeded" => InstallResult.Succeeded,
        "Cancelled" or "Canceled" => InstallResult.Cancelled,
        _ => throw DocumentValues.Meaningless(name, value, "Failed, Succeeded or Cancelled"),
    };
}
