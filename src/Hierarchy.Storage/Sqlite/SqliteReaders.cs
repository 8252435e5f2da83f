using System.Collections.Concurrent;

namespace Hierarchy.Storage.Sqlite;

/// <summary>The reading connections of one store: each reads on its own snapshot beside the writer; as many as are configured, and whoever comes then waits.</summary>
internal sealed class SqliteReaders(SqliteStoreOptions options) : IDisposable
{
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly SemaphoreSlim _free = new(options.Readers);
    private volatile bool _disposed;

    /// <summary>Runs a short read in one read transaction.</summary>
    public async ValueTask<TResult> ReadAsync<TArgument, TResult>(Func<SqliteSession, TArgument, TResult> read, TArgument argument, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var session = _idle.TryTake(out var idle) ? idle : SqliteSession.OpenReader(options);
            var healthy = false;
            try
            {
                session.BeginRead();
                var result = read(session, argument);
                session.Commit();
                healthy = true;
                return result;
            }
            finally
            {
                Return(session, healthy);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    private void Return(SqliteSession session, bool healthy)
    {
        // A connection that has failed in the middle of a read is not worth understanding.
        if (healthy && !_disposed) _idle.Add(session);
        else session.Dispose();
        if (_disposed) Dispose();
    }
}
