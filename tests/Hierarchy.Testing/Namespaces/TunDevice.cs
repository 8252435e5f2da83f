using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hierarchy.Testing.Namespaces;

/// <summary>An end of a line that the kernel routes IP packets into, and whose other end is this process. It may be moved to another namespace; it lives as long as it is open.</summary>
internal sealed class TunDevice : IDisposable
{
    private const nuint SetInterface = 0x400454CA;
    private const int NameLength = 16;
    private const short TunWithoutHeader = 0x0001 | 0x1000;

    private readonly SafeFileHandle _handle;

    private TunDevice(string name, SafeFileHandle handle)
    {
        Name = name;
        _handle = handle;
    }

    public string Name { get; }

    /// <exception cref="IOException">The kernel refuses.</exception>
    public static TunDevice Open(string name)
    {
        var handle = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var request = new byte[40];
        Encoding.ASCII.GetBytes(name, request.AsSpan(0, NameLength - 1));
        BitConverter.TryWriteBytes(request.AsSpan(NameLength), TunWithoutHeader);
        if (Control(handle, SetInterface, request) >= 0) return new TunDevice(name, handle);
        var error = Marshal.GetLastPInvokeErrorMessage();
        handle.Dispose();
        throw new IOException($"The line {name} cannot be made: {error}.");
    }

    /// <summary>Waits for the next packet; fails when the device is gone.</summary>
    /// <exception cref="IOException">The device is gone.</exception>
    public int Read(byte[] packet)
    {
        var read = Receive(_handle, packet, (nuint)packet.Length);
        return read >= 0 ? (int)read : throw new IOException($"The line {Name} is gone: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>What the other end does not take is lost, as on any line.</summary>
    public void Write(byte[] packet) => _ = Send(_handle, packet, (nuint)packet.Length);

    public void Dispose() => _handle.Dispose();

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Control(SafeFileHandle handle, nuint request, byte[] argument);

    // The file is no file that .NET reads or writes in places: each call is one packet.
    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint Receive(SafeFileHandle handle, byte[] buffer, nuint count);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint Send(SafeFileHandle handle, byte[] buffer, nuint count);
}
