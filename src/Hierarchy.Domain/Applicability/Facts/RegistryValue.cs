using System.Globalization;

namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>A value of the registry.</summary>
/// <param name="Type">Its type as Windows names it: `REG_SZ`, `REG_EXPAND_SZ`, `REG_MULTI_SZ`, `REG_DWORD`, `REG_QWORD`, `REG_BINARY`, `REG_NONE`.</param>
/// <param name="Text">The text of strings (multiple strings joined by line feeds); null for others.</param>
/// <param name="Number">The number of REG_DWORD and REG_QWORD; 0 for others.</param>
public sealed record RegistryValue(string Type, string? Text, ulong Number)
{
    /// <summary>REG_SZ.</summary>
    public const string StringType = "REG_SZ";

    /// <summary>REG_EXPAND_SZ.</summary>
    public const string ExpandStringType = "REG_EXPAND_SZ";

    /// <summary>REG_DWORD.</summary>
    public const string DWordType = "REG_DWORD";

    /// <summary>Every type that Windows knows.</summary>
    internal static IReadOnlySet<string> Types { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "REG_NONE", StringType, ExpandStringType, "REG_BINARY", DWordType, "REG_DWORD_LITTLE_ENDIAN", "REG_DWORD_BIG_ENDIAN", "REG_LINK", "REG_MULTI_SZ",
        "REG_RESOURCE_LIST", "REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD", "REG_QWORD_LITTLE_ENDIAN",
    };

    /// <summary>The data, for people.</summary>
    public override string ToString() => Text ?? (Type == "REG_BINARY" ? "bytes" : Number.ToString(CultureInfo.InvariantCulture));
}
