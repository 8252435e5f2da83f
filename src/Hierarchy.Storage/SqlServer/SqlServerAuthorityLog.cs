using Hierarchy.Domain;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// The log of the server that decides, in SQL Server. Opening it makes or migrates the tables and begins the next epoch, durably, before anything else can be read from it. What it commits it works out in
/// memory against the head it knows, and writes under the condition that the head still stands there: a server whose epoch is over, or whose database came back as it was before, writes nothing.
/// </summary>
public sealed class SqlServerAuthorityLog : SqlServerLogReader, IAuthorityLog
{
    private readonly AuthorityWriter _writer;

    private SqlServerAuthorityLog(SqlServerDatabase database, int readers, AuthorityStart? start, int above, ReadOnlyMemory<byte> publicKey) : base(database, readers) =>
        _writer = new AuthorityWriter(new SqlServerLogTables(database, Isolation), view => View = view, start, above, publicKey);

    /// <inheritdoc />
    public event Action<CommittedTransaction>? Committed
    {
        add => _writer.Committer.Transaction += value;
        remove => _writer.Committer.Transaction -= value;
    }

    /// <summary>The database came back without something that this server had committed: nothing is written any more, and the server has to be restarted to show what is there. With a message.</summary>
    public event Action<string>? Rewound
    {
        add => _writer.Committer.Rewound += value;
        remove => _writer.Committer.Rewound -= value;
    }

    /// <inheritdoc />
    public string? Halted => _writer.Committer.Halted;

    /// <summary>Opens the log, creating its tables where there are none.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="publicKey">The key (SubjectPublicKeyInfo) that signs the checkpoints of the new epoch; empty while nothing is signed.</param>
    /// <param name="start">What came before; after a loss, what a mirror had staged is dropped: its live records are the state.</param>
    /// <param name="above">The highest epoch that was heard of elsewhere; the new one lies above.</param>
    /// <exception cref="UnavailableException">The database cannot be reached, or refuses.</exception>
    /// <exception cref="IntegrityException">The tables are damaged, or of a later version.</exception>
    public static SqlServerAuthorityLog Open(
        SqlServerStoreOptions options, ReadOnlyMemory<byte> publicKey = default, AuthorityStart start = AuthorityStart.Restart, int above = 0) =>
        new(new SqlServerDatabase(options), options.Readers, start, above, publicKey);

    /// <summary>Opens the log as a further server of the epoch that another one has begun.</summary>
    internal static SqlServerAuthorityLog Join(SqlServerStoreOptions options) =>
        new(new SqlServerDatabase(options), options.Readers, start: null, above: 0, publicKey: default);

    /// <inheritdoc />
    public void Halt(string reason) => _writer.Committer.Halt(reason);

    /// <inheritdoc />
    public ValueTask<CommittedTransaction> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) => _writer.CommitAsync(changes, cancellationToken);

    /// <inheritdoc />
    public ValueTask<int> ReserveRevisionNumbersAsync(int count, CancellationToken cancellationToken) => _writer.ReserveRevisionNumbersAsync(count, cancellationToken);

    /// <inheritdoc />
    public ValueTask CompactAsync(long floor, CancellationToken cancellationToken) => _writer.CompactAsync(floor, cancellationToken);

    /// <summary>Reads what other servers of this epoch have written, and tells it.</summary>
    internal ValueTask CatchUpAsync(CancellationToken cancellationToken) => _writer.CatchUpAsync(cancellationToken);

    /// <summary>Ends after everything that was accepted.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected override void BeforeRead() => _writer.Committer.ThrowIfStopped();

    private protected override void OnOlder(LogHead found) => throw _writer.Committer.Stop(found);
}
