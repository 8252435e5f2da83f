using System.Runtime.InteropServices;
using SQLitePCL;

namespace Hierarchy.Storage.Sqlite;

/// <summary>Chooses the SQLite library once for the process: the system's own where it is newer than the bundled one, because distributions mend theirs and nobody mends a bundle.</summary>
internal static class SqliteEngine
{
    // SQLITE_VERSION_NUMBER of the library in SQLitePCLRaw.bundle_e_sqlite3 2.0.6.
    private const int BundledVersion = 3_035_005;

    private static readonly Lazy<string> Chosen = new(Choose);

    private delegate int VersionNumber();

    /// <summary>Where the library came from and its version, for people.</summary>
    public static string Description => Chosen.Value;

    /// <summary>Makes the choice; harmless when called again. Before the first use of SQLite.</summary>
    public static void Initialize() => _ = Chosen.Value;

    /// <summary>The system's library if there is one that is newer than the bundled one; otherwise zero.</summary>
    public static nint LoadSystemLibrary()
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

    private static string Choose()
    {
        var provider = new SQLite3Provider_e_sqlite3();
        var system = LoadSystemLibrary();
        if (system != 0)
            NativeLibrary.SetDllImportResolver(provider.GetType().Assembly, (name, _, _) => name == "e_sqlite3" ? system : 0);
        raw.SetProvider(provider);
        return $"{(system != 0 ? "system" : "bundled")} SQLite {raw.sqlite3_libversion().utf8_to_string()}";
    }

    private static string[] SystemNames() =>
        OperatingSystem.IsWindows() ? ["winsqlite3"]
        : OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"]
        : ["libsqlite3.so.0"];
}
