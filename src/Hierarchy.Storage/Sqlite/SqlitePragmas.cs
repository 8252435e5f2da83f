namespace Hierarchy.Storage.Sqlite;

/// <summary>The settings of every connection, in one place, so that a benchmark's floor can have the same.</summary>
internal static class SqlitePragmas
{
    /// <summary>For readers.</summary>
    public static readonly string[] Reader = ["PRAGMA busy_timeout = 10000", "PRAGMA cache_size = -8192", "PRAGMA temp_store = MEMORY", "PRAGMA query_only = ON"];

    /// <summary>For the writer. The page size counts for a new file only, and has to come before the journal mode.</summary>
    public static string[] Writer(SqliteStoreOptions options, SqliteDurability durability) => options.ReadOnly ? Reader :
    [
        "PRAGMA busy_timeout = 10000",
        "PRAGMA page_size = 4096",
        "PRAGMA journal_mode = WAL",
        durability == SqliteDurability.Full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
        $"PRAGMA wal_autocheckpoint = {options.CheckpointPages}",
        "PRAGMA journal_size_limit = 67108864",
        "PRAGMA cache_size = -65536",
        "PRAGMA temp_store = MEMORY",
    ];
}
