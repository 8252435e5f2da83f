using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Hierarchy.Domain.Office;
using Microsoft.Win32;

namespace Hierarchy.Agent.Office;

/// <summary>
/// HKEY_USERS: every loaded hive, and the hive that new profiles are copied from (`NTUSER.DAT` of the default profile), which is loaded for as long as it is written. Users with a profile who are not logged on
/// are reached when they log on and the agent acts next.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsUserRegistries : IUserRegistries
{
    private const string Default = "(default)";
    private const string Mount = "Hierarchy.Default";
    private const string Profiles = @"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";
    private const uint EnablePrivilege = 2;
    private const uint AdjustAndQuery = 0x28;
    private static readonly nint UsersHive = unchecked((int)0x80000003);

    /// <inheritdoc/>
    public IReadOnlyList<string> Set(OfficeOnlineKey key, uint? data, ISet<string> users)
    {
        var problems = new List<string>();
        foreach (var sid in Registry.Users.GetSubKeyNames())
        {
            if (!sid.StartsWith("S-1-5-21-", StringComparison.Ordinal) && !sid.StartsWith("S-1-12-1-", StringComparison.Ordinal)) continue;
            if (sid.EndsWith("_Classes", StringComparison.OrdinalIgnoreCase) || (data is null && !users.Contains(sid))) continue;
            Try(sid, () => Write(sid, key, data));
        }

        if (data is not null || users.Contains(Default)) Try(Default, () => WithDefaultHive(() => Write(Mount, key, data)));
        return problems;

        void Try(string user, Action write)
        {
            try
            {
                write();
                if (data is not null) users.Add(user);
            }
            catch (Exception exception) when (exception is System.Security.SecurityException or UnauthorizedAccessException or IOException or Win32Exception)
            {
                problems.Add($"{user}: {exception.Message}");
            }
        }
    }

    private static void Write(string hive, OfficeOnlineKey key, uint? data)
    {
        if (data is not { } number)
        {
            using var opened = Registry.Users.OpenSubKey($@"{hive}\{key.Key}", writable: true);
            opened?.DeleteValue(key.ValueName, throwOnMissingValue: false);
            return;
        }

        using var created = Registry.Users.CreateSubKey($@"{hive}\{key.Key}");
        created.SetValue(key.ValueName, unchecked((int)number), RegistryValueKind.DWord);
    }

    private static void WithDefaultHive(Action write)
    {
        using var profiles = Registry.LocalMachine.OpenSubKey(Profiles);
        if (profiles?.GetValue("Default") is not string folder) throw new IOException("Windows does not say where the default profile is.");
        Enable("SeBackupPrivilege");
        Enable("SeRestorePrivilege");
        Check(RegLoadKey(UsersHive, Mount, Path.Combine(folder, "NTUSER.DAT")));
        try
        {
            write();
        }
        finally
        {
            Check(RegUnLoadKey(UsersHive, Mount));
        }
    }

    private static void Enable(string privilege)
    {
        if (!OpenProcessToken(GetCurrentProcess(), AdjustAndQuery, out var token)) throw new Win32Exception();
        try
        {
            if (!LookupPrivilegeValue(systemName: null, privilege, out var id)) throw new Win32Exception();
            var state = new TokenPrivilege { Count = 1, Id = id, Attributes = EnablePrivilege };
            if (!AdjustTokenPrivileges(token, disableAll: false, state, 0, 0, 0)) throw new Win32Exception();
        }
        finally
        {
            CloseHandle(token);
        }
    }

    private static void Check(int error)
    {
        if (error != 0) throw new Win32Exception(error);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct TokenPrivilege
    {
        internal uint Count;
        internal long Id;
        internal uint Attributes;
    }

    [LibraryImport("advapi32.dll", EntryPoint = "RegLoadKeyW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int RegLoadKey(nint hive, string name, string file);

    [LibraryImport("advapi32.dll", EntryPoint = "RegUnLoadKeyW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int RegUnLoadKey(nint hive, string name);

    [LibraryImport("advapi32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool OpenProcessToken(nint process, uint access, out nint token);

    [LibraryImport("advapi32.dll", EntryPoint = "LookupPrivilegeValueW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool LookupPrivilegeValue(string? systemName, string name, out long id);

    [LibraryImport("advapi32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AdjustTokenPrivileges(nint token, [MarshalAs(UnmanagedType.Bool)] bool disableAll, in TokenPrivilege state, uint length, nint previous, nint returned);

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint GetCurrentProcess();

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseHandle(nint handle);
}
