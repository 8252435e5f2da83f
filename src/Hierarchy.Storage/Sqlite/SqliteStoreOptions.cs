namespace Hierarchy.Storage.Sqlite;

/// <summary>Where one store of this server is, and how it is opened.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The database file. Its folder must exist; beside it stand `-wal`, `-shm` and `.lock`.</summary>
    public required string Path { get; init; }

    /// <summary>Reads that go on at once; the others wait.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>Opens an existing file beside a running server, only to look: takes no lock and writes nothing, so an authority begins no epoch.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The name of a registered SQLite VFS; null for the platform's own. For tests that make the disk fail.</summary>
    internal string? Vfs { get; init; }

    /// <summary>Pages in the write-ahead log before they are folded into the file: 16 MiB, so that a bulk load writes the inner pages of its index once and not at every commit.</summary>
    internal int CheckpointPages { get; init; } = 4000;
}
