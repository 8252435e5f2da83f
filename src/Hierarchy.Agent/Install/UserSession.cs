using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Principal;
using System.Text;

namespace Hierarchy.Agent.Install;

/// <summary>
/// Starts a program in the session of a user who is logged on, with that user's rights and environment. For an agent that runs as SYSTEM: nobody else is given the tokens of sessions. What the program writes is
/// not seen from here.
/// </summary>
[SupportedOSPlatform("windows")]
internal static partial class UserSession
{
    private const uint UnicodeEnvironment = 0x400;
    private const uint NoWindow = 0x08000000;
    private const uint Suspended = 4;

    /// <summary>Starts it; it stands still until <see cref="Started.Go"/>.</summary>
    /// <exception cref="Win32Exception">Windows refuses.</exception>
    /// <exception cref="IOException">No session of that user is open.</exception>
    internal static Started Start(string sid, ProcessStartInfo start)
    {
        var token = FindToken(sid);
        var (environment, startup) = (nint.Zero, nint.Zero);
        try
        {
            environment = EnvironmentOf(token, start);
            startup = Marshal.AllocHGlobal(StartupLength);
            Marshal.Copy(new byte[StartupLength], 0, startup, StartupLength);
            Marshal.WriteInt32(startup, StartupLength);
            var line = $"\"{start.FileName}\" {start.Arguments}\0".ToCharArray();
            if (!CreateProcessAsUser(token, application: null, line, 0, 0, inherits: false, UnicodeEnvironment | NoWindow | Suspended, environment, start.WorkingDirectory, startup, out var process))
                throw new Win32Exception();
            return new Started(process);
        }
        finally
        {
            Marshal.FreeHGlobal(environment);
            Marshal.FreeHGlobal(startup);
            CloseHandle(token);
        }
    }

    private static int StartupLength => nint.Size == 8 ? 104 : 68;

    private static nint FindToken(string sid)
    {
        if (!WTSEnumerateSessions(0, 0, 1, out var list, out var count)) throw new Win32Exception();
        try
        {
            for (var index = 0; index < count; index++)
            {
                var session = Marshal.PtrToStructure<Session>(list + (index * Marshal.SizeOf<Session>()));
                if (!WTSQueryUserToken(session.Id, out var token)) continue;
                using (var identity = new WindowsIdentity(token))
                    if (string.Equals(identity.User?.Value, sid, StringComparison.OrdinalIgnoreCase)) return token;
                CloseHandle(token);
            }
        }
        finally
        {
            WTSFreeMemory(list);
        }

        throw new IOException($"No session of user {sid} is open any more.");
    }

    // The user's own variables, and those that tell the installer about the update.
    private static nint EnvironmentOf(nint token, ProcessStartInfo start)
    {
        if (!CreateEnvironmentBlock(out var block, token, inherit: false)) throw new Win32Exception();
        var variables = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            for (var at = block; Marshal.PtrToStringUni(at) is { Length: > 0 } entry; at += (entry.Length + 1) * 2)
                if (entry.IndexOf('=', 1) is var equals and > 0) variables[entry[..equals]] = entry[(equals + 1)..];
        }
        finally
        {
            DestroyEnvironmentBlock(block);
        }

        foreach (var (name, value) in start.Environment)
            if (name.StartsWith("HIERARCHY_", StringComparison.Ordinal)) variables[name] = value ?? "";
        var text = new StringBuilder();
        foreach (var (name, value) in variables) text.Append(name).Append('=').Append(value).Append('\0');
        return Marshal.StringToHGlobalUni(text.Append('\0').ToString());
    }

    /// <summary>A process that stands still until it is told to go.</summary>
    internal sealed class Started(ProcessHandles handles) : IDisposable
    {
        internal int Id => handles.ProcessId;

        internal void Go()
        {
            if (ResumeThread(handles.Thread) == uint.MaxValue) throw new Win32Exception();
        }

        internal int ExitCode => GetExitCodeProcess(handles.Process, out var code) ? unchecked((int)code) : throw new Win32Exception();

        public void Dispose()
        {
            CloseHandle(handles.Thread);
            CloseHandle(handles.Process);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ProcessHandles
    {
        internal nint Process;
        internal nint Thread;
        internal int ProcessId;
        internal int ThreadId;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Session
    {
        internal uint Id;
        internal nint Station;
        internal int State;
    }

    [LibraryImport("wtsapi32.dll", EntryPoint = "WTSEnumerateSessionsW", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WTSEnumerateSessions(nint server, uint reserved, uint version, out nint sessions, out int count);

    [LibraryImport("wtsapi32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void WTSFreeMemory(nint memory);

    [LibraryImport("wtsapi32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WTSQueryUserToken(uint session, out nint token);

    [LibraryImport("userenv.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateEnvironmentBlock(out nint block, nint token, [MarshalAs(UnmanagedType.Bool)] bool inherit);

    [LibraryImport("userenv.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool DestroyEnvironmentBlock(nint block);

    [LibraryImport("advapi32.dll", EntryPoint = "CreateProcessAsUserW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateProcessAsUser(
        nint token, string? application, [In, Out] char[] commandLine, nint processAttributes, nint threadAttributes, [MarshalAs(UnmanagedType.Bool)] bool inherits, uint flags, nint environment,
        string folder, nint startup, out ProcessHandles process);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint ResumeThread(nint thread);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetExitCodeProcess(nint process, out uint code);

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseHandle(nint handle);
}
