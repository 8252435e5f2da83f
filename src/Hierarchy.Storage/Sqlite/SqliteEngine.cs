using System.Runtime.InteropServices;
using SQLitePCL;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Chooses the SQLite library once for the process: the system's own where it is newer than the bundled one, because distributions mend theirs and nobody mends a bundle.</summary>
internal static class SqliteEngine
{
    // SQLITE_VERSION_NUMBER of the library in SQLitePCLRaw.bundle_e_sqlite3 2.0.6.
    private const int BundledVersion = 3_035_005;

    private static readonly Lazy<(string Description, nint Library)> Chosen = new(Choose);

    private delegate int VersionNumber();

    /// <summary>Where the library came from and its version, for people.</summary>
    public static string Description => Chosen.Value.Description;

    /// <summary>The library that is in use.</summary>
    public static nint Library => Chosen.Value.Library;

    /// <summary>Makes the choice; harmless when called again. Before the first use of SQLite.</summary>
    public static void Initialize() => _ = Chosen.Value;

    private static (string Description, nint Library) Choose()
    {
        var provider = new SQLite3Provider_e_sqlite3();
        var assembly = provider.GetType().Assembly;
        var system = LoadSystemLibrary();
        var library = system != 0 ? system : NativeLibrary.Load("e_sqlite3", assembly, searchPath: null);
        NativeLibrary.SetDllImportResolver(assembly, (name, _, _) => name == "e_sqlite3" ? library : 0);
        raw.SetProvider(provider);
        return ($"{(system != 0 ? "system" : "bundled")} SQLite {raw.sqlite3_libversion().utf8_to_string()}", library);
    }

    // The system's library if there is one that is newer than the bundled one; otherwise zero.
    private static nint LoadSystemLibrary()
    {
        foreach (var name in SystemNames())
        {
            if (!NativeLibrary.TryLoad(name, out var library)) continue;
            if (NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var address)
                && Marshal.GetDelegateForFunctionPointer<VersionNumber>(address)() > BundledVersion)
                return library;
            NativeLibrary.Free(library);
        }

        return 0;
    }

    private static string[] SystemNames() =>
        OperatingSystem.IsWindows() ? ["winsqlite3"]
        : OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"]
        : ["libsqlite3.so.0"];
}
