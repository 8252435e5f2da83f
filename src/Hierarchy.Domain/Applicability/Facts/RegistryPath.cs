namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>A registry key. Names compare without case; the full names are made once, since a scan asks for them often.</summary>
public sealed class RegistryPath
{
    /// <summary>A key of a hive.</summary>
    /// <param name="hive">`HKEY_LOCAL_MACHINE` or `HKLM`, and so on.</param>
    /// <param name="subkey">Backslash-separated; backslashes at the ends do not count.</param>
    /// <param name="is32Bit">True for the 32-bit view (RegType32).</param>
    public RegistryPath(string hive, string subkey, bool is32Bit)
    {
        Hive = ShortHive(hive);
        Subkey = subkey.Trim('\\');
        Is32Bit = is32Bit;
        FullName = Subkey.Length == 0 ? Hive : $@"{Hive}\{Subkey}";
        RedirectedName = Redirect();
    }

    /// <summary>`HKLM`, `HKCU`, `HKCR`, `HKU` or `HKCC`.</summary>
    public string Hive { get; }

    /// <summary>Without backslashes at the ends.</summary>
    public string Subkey { get; }

    /// <summary>True when the rule asks for the 32-bit view.</summary>
    public bool Is32Bit { get; }

    /// <summary>`HKLM\SOFTWARE\X`, as the rule writes it.</summary>
    public string FullName { get; }

    /// <summary>Where a 64-bit Windows keeps it for this view: `HKLM\SOFTWARE\WOW6432Node\X` for the 32-bit one.</summary>
    public string RedirectedName { get; }

    /// <summary>A key below this one, in the view that the caller says.</summary>
    public RegistryPath Below(string subkey, bool is32Bit)
    {
        subkey = subkey.Trim('\\');
        return new RegistryPath(Hive, subkey.Length == 0 ? Subkey : $@"{Subkey}\{subkey}", is32Bit);
    }

    /// <summary>The full name, and the view when it is not the native one.</summary>
    public override string ToString() => Is32Bit ? $"{FullName} (32-bit)" : FullName;

    /// <summary>Whether it is a hive, in its long or short name.</summary>
    internal static bool IsHive(string hive) => ShortHive(hive) is "HKLM" or "HKCU" or "HKCR" or "HKU" or "HKCC";

    /// <summary>`HKLM` for `HKEY_LOCAL_MACHINE`, and so on; what is not a hive comes back unchanged.</summary>
    public static string ShortHive(string hive) => hive.ToUpperInvariant() switch
    {
        "HKEY_LOCAL_MACHINE" or "HKLM" => "HKLM",
        "HKEY_CURRENT_USER" or "HKCU" => "HKCU",
        "HKEY_CLASSES_ROOT" or "HKCR" => "HKCR",
        "HKEY_USERS" or "HKU" => "HKU",
        "HKEY_CURRENT_CONFIG" or "HKCC" => "HKCC",
        _ => hive,
    };

    private string Redirect()
    {
        if (!Is32Bit) return FullName;
        var subkey = RegistryView.Redirect(Hive, Subkey);
        return ReferenceEquals(subkey, Subkey) ? FullName : $@"{Hive}\{subkey}";
    }
}
