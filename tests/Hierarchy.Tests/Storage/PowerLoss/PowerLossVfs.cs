using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hierarchy.Storage.Sqlite;

namespace Hierarchy.Tests.Storage.PowerLoss;

/// <summary>
/// A VFS over the platform's own, registered beside it in the SQLite library in use. Every file of the databases that are opened through it belongs to a <see cref="PowerLossDisk"/>, found by
/// its folder, which learns of each write and sync, and can refuse them.
/// </summary>
internal static unsafe class PowerLossVfs
{
    public const string Name = "powerloss";

    private const int Ok = 0;
    private const int IoErrorRead = 266;

    private static readonly ConcurrentDictionary<string, PowerLossDisk> Disks = new();
    private static readonly Lazy<bool> Registered = new(Register);
    private static NativeVfs* s_real;
    private static NativeIoMethods* s_methods;

    /// <summary>Our part of an open file; the platform's own follows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ShimFile
    {
        public NativeFile Base;
        public nint File;
    }

    /// <summary>Puts a folder on a disk that can lose what was not synced.</summary>
    public static void Mount(string folder, PowerLossDisk disk)
    {
        _ = Registered.Value;
        Disks[folder] = disk;
    }

    public static void Unmount(string folder) => Disks.TryRemove(folder, out _);

    private static bool Register()
    {
        SqliteEngine.Initialize();
        var find = (delegate* unmanaged[Cdecl]<byte*, NativeVfs*>)NativeLibrary.GetExport(SqliteEngine.Library, "sqlite3_vfs_find");
        var register = (delegate* unmanaged[Cdecl]<NativeVfs*, int, int>)NativeLibrary.GetExport(SqliteEngine.Library, "sqlite3_vfs_register");
        s_real = find(null);

        s_methods = (NativeIoMethods*)NativeMemory.AllocZeroed((nuint)sizeof(NativeIoMethods));
        s_methods->Version = 2;
        s_methods->Close = &Close;
        s_methods->Read = &Read;
        s_methods->Write = &Write;
        s_methods->Truncate = &Truncate;
        s_methods->Sync = &Sync;
        s_methods->FileSize = &FileSize;
        s_methods->Lock = &Lock;
        s_methods->Unlock = &Unlock;
        s_methods->CheckReservedLock = &CheckReservedLock;
        s_methods->FileControl = &FileControl;
        s_methods->SectorSize = &SectorSize;
        s_methods->DeviceCharacteristics = &DeviceCharacteristics;
        s_methods->ShmMap = &ShmMap;
        s_methods->ShmLock = &ShmLock;
        s_methods->ShmBarrier = &ShmBarrier;
        s_methods->ShmUnmap = &ShmUnmap;

        // Both structures live as long as the process: SQLite keeps the addresses.
        var vfs = (NativeVfs*)NativeMemory.Alloc((nuint)sizeof(NativeVfs));
        *vfs = *s_real;
        vfs->Version = 1;
        vfs->FileSize = sizeof(ShimFile) + s_real->FileSize;
        vfs->Next = null;
        vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8(Name);
        vfs->Open = &Open;
        vfs->Delete = &Delete;
        vfs->Access = &Access;
        vfs->FullPathname = &FullPathname;
        return register(vfs, 0) == Ok;
    }

    private static NativeFile* Real(NativeFile* file) => (NativeFile*)((byte*)file + sizeof(ShimFile));

    private static PowerLossFile? Tracked(NativeFile* file) => ((ShimFile*)file)->File is var handle && handle == 0 ? null : (PowerLossFile?)GCHandle.FromIntPtr(handle).Target;

    private static PowerLossDisk? DiskOf(string? path) => path is not null && Disks.TryGetValue(Path.GetDirectoryName(path) ?? "", out var disk) ? disk : null;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(NativeVfs* vfs, byte* name, NativeFile* file, int flags, int* outFlags)
    {
        var path = Marshal.PtrToStringUTF8((nint)name);
        var disk = DiskOf(path);
        file->Methods = null;
        ((ShimFile*)file)->File = 0;
        if (disk is { IsOff: true }) return PowerLossDisk.IoError;
        var code = s_real->Open(s_real, name, Real(file), flags, outFlags);
        if (code != Ok) return code;
        file->Methods = s_methods;
        if (disk is not null) ((ShimFile*)file)->File = GCHandle.ToIntPtr(GCHandle.Alloc(disk.Opened(path!)));
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(NativeVfs* vfs, byte* name, int syncFolder)
    {
        var path = Marshal.PtrToStringUTF8((nint)name);
        var code = DiskOf(path)?.Deleting(path!, syncFolder != 0) ?? Ok;
        return code == Ok ? s_real->Delete(s_real, name, syncFolder) : code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Access(NativeVfs* vfs, byte* name, int flags, int* result) => s_real->Access(s_real, name, flags, result);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FullPathname(NativeVfs* vfs, byte* name, int length, byte* full) => s_real->FullPathname(s_real, name, length, full);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(NativeFile* file)
    {
        if (((ShimFile*)file)->File is var handle and not 0) GCHandle.FromIntPtr(handle).Free();
        ((ShimFile*)file)->File = 0;
        return Real(file)->Methods->Close(Real(file));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(NativeFile* file, byte* buffer, int length, long offset) =>
        Tracked(file) is { Disk.IsOff: true } ? IoErrorRead : Real(file)->Methods->Read(Real(file), buffer, length, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(NativeFile* file, byte* buffer, int length, long offset)
    {
        var code = Tracked(file)?.Writing(offset, new ReadOnlySpan<byte>(buffer, length)) ?? Ok;
        return code == Ok ? Real(file)->Methods->Write(Real(file), buffer, length, offset) : code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(NativeFile* file, long size)
    {
        var code = Tracked(file)?.Truncating(size) ?? Ok;
        return code == Ok ? Real(file)->Methods->Truncate(Real(file), size) : code;
    }

    // Nothing reaches the real disk any sooner: what is durable here is what the model says.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(NativeFile* file, int flags) => Tracked(file)?.Syncing() ?? Ok;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(NativeFile* file, long* size) => Real(file)->Methods->FileSize(Real(file), size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(NativeFile* file, int level) => Real(file)->Methods->Lock(Real(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(NativeFile* file, int level) => Real(file)->Methods->Unlock(Real(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(NativeFile* file, int* result) => Real(file)->Methods->CheckReservedLock(Real(file), result);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(NativeFile* file, int operation, void* argument) => Real(file)->Methods->FileControl(Real(file), operation, argument);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(NativeFile* file) => Real(file)->Methods->SectorSize(Real(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(NativeFile* file) => Real(file)->Methods->DeviceCharacteristics(Real(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(NativeFile* file, int region, int size, int extend, void** memory) => Real(file)->Methods->ShmMap(Real(file), region, size, extend, memory);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmLock(NativeFile* file, int offset, int count, int flags) => Real(file)->Methods->ShmLock(Real(file), offset, count, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ShmBarrier(NativeFile* file) => Real(file)->Methods->ShmBarrier(Real(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmUnmap(NativeFile* file, int delete) => Real(file)->Methods->ShmUnmap(Real(file), delete);
}
