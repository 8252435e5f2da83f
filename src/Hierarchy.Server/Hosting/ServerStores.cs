using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Storage.SqlServer;

namespace Hierarchy.Server.Hosting;

/// <summary>
/// Opens this server's stores in the dialect that the settings choose: files in the data directory, or tables of one SQL Server database. A data directory keeps to the one that it was first used with:
/// a root that silently began a second log would lead the whole tree astray.
/// </summary>
internal sealed class ServerStores
{
    private const string MarkerFile = "database";

    private readonly DataDirectory _data;
    private readonly List<IAsyncDisposable> _stores;
    private readonly SqlServerStoreOptions? _database;

    /// <param name="options">Validated.</param>
    /// <param name="data">The server's directory.</param>
    /// <param name="stores">What is opened is added; closed in the reverse order.</param>
    /// <exception cref="IntegrityException">The data directory was used with another database.</exception>
    public ServerStores(ServerOptions options, DataDirectory data, List<IAsyncDisposable> stores)
    {
        _data = data;
        _stores = stores;
        if (options.Database.Length > 0)
            _database = new SqlServerStoreOptions
            {
                ConnectionString = ConnectionText.Complete(options.Database, options.ReadDatabasePassword()),
                Schema = options.DatabaseSchema,
            };
        CheckMarker();
    }

    /// <summary>`database hierarchy on sql.example`; null for files in the data directory.</summary>
    public string? Database => _database is null ? null : ConnectionText.Describe(_database.ConnectionString);

    /// <summary>The log of a root.</summary>
    public IAuthorityLog OpenAuthority(AuthorityStart start = AuthorityStart.Restart, int above = 0) => OpenAuthority("", start, above);

    /// <summary>The log that an autonomous server has beside the tree's.</summary>
    public IAuthorityLog OpenOwn(AuthorityStart start = AuthorityStart.Restart, int above = 0) => OpenAuthority("_own", start, above);

    /// <summary>The tree's log at every server but the root.</summary>
    public IMirrorLog OpenMirror() => _database is null ? Kept(SqliteMirrorLog.Open(File(DataDirectory.MirrorLog))) : Kept(SqlServerMirrorLog.Open(_database));

    public ILocalState OpenLocal() => _database is null ? Kept(SqliteLocalState.Open(File("local.db"))) : Kept(SqlServerLocalState.Open(_database));

    public IReportStore OpenReports(bool isRoot, bool restored, ComputerGroups groupsOf) => _database is null
        ? Kept(SqliteReportStore.Open(File("reports.db"), isRoot, restored, groupsOf))
        : Kept(SqlServerReportStore.Open(_database, isRoot, restored, groupsOf));

    /// <summary>The overlay's log at a replica below an autonomous server; opened and closed as parents come and go, by whoever asks for it.</summary>
    public (IMirrorLog Log, IAsyncDisposable Held) OpenOverlay()
    {
        if (_database is not null)
        {
            var tables = SqlServerMirrorLog.Open(Beside("_overlay"));
            return (tables, tables);
        }

        var file = SqliteMirrorLog.Open(File("overlay.db"));
        return (file, file);
    }

    private IAuthorityLog OpenAuthority(string beside, AuthorityStart start, int above) => _database is null
        ? Kept(SqliteAuthorityLog.Open(File(DataDirectory.AuthorityLog), start: start, above: above))
        : Kept(SqlServerAuthorityLog.Open(Beside(beside), start: start, above: above));

    // Each log has a schema of its own.
    private SqlServerStoreOptions Beside(string suffix) => _database! with { Schema = _database.Schema + suffix }; // Asked only where there is a database.

    private SqliteStoreOptions File(string name) => new() { Path = _data.File(name) };

    private T Kept<T>(T store)
        where T : IAsyncDisposable
    {
        _stores.Add(store);
        return store;
    }

    private void CheckMarker()
    {
        var marker = _data.File(MarkerFile);
        var kept = System.IO.File.Exists(marker) ? System.IO.File.ReadAllText(marker).Trim() : null;
        var wanted = _database is null ? null : $"{Database}, schema {_database.Schema}";
        if (wanted is null && kept is not null)
            throw new IntegrityException($"The data directory {_data.Path} belongs to a server whose log is in {kept}: give the connection string again (--database, HIERARCHY_DATABASE). A new log needs a data directory of its own.");
        if (wanted is not null && kept is null && (System.IO.File.Exists(_data.File(DataDirectory.AuthorityLog)) || System.IO.File.Exists(_data.File(DataDirectory.MirrorLog))))
            throw new IntegrityException($"The data directory {_data.Path} holds a log in a file of its own, and would begin another one in {wanted}. Leave --database away, or choose a new data directory; a replica with --database that follows this server takes its log, and can be promoted.");
        if (wanted is null || kept is not null) return;
        DurableFile.Write(marker, wanted);
    }
}
