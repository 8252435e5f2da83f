namespace Hierarchy.Domain.Policies;

/// <summary>A value of Windows' registry.</summary>
/// <param name="IsOfUser">True: under HKEY_CURRENT_USER of every user; false: under HKEY_LOCAL_MACHINE.</param>
/// <param name="Key">Without the hive.</param>
/// <param name="Name">The name of the value.</param>
/// <param name="Text">REG_SZ; null where it is a number.</param>
/// <param name="Number">REG_DWORD; meaningless where there is a text.</param>
public sealed record RegistrySetting(bool IsOfUser, string Key, string Name, string? Text, uint Number)
{
    internal static RegistrySetting Of(string key, string name, string text) => new(IsOfUser: false, key, name, text, 0);

    internal static RegistrySetting Of(string key, string name, int number) => new(IsOfUser: false, key, name, Text: null, (uint)number);

    internal static RegistrySetting Of(string key, string name, bool on) => Of(key, name, on ? 1 : 0);
}
