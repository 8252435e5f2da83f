using System.Threading.Channels;
using Hierarchy.Domain;

namespace Hierarchy.Storage.Sqlite;

/// <summary>
/// The one writer of a store. Callers that come while a commit is on its way to the disk share the next one, so that many of them cost one sync; their order is kept.
/// When a shared transaction fails, each of its callers is tried alone, so that only the guilty one fails.
/// </summary>
internal sealed class GroupCommitter : IAsyncDisposable
{
    private const int LargestGroup = 64;

    private readonly Channel<WriterWork> _queue = Channel.CreateBounded<WriterWork>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly List<WriterWork> _group = new(LargestGroup);
    private readonly SqliteSession _session;
    private readonly IWriterMemory _memory;
    private readonly string _path;
    private readonly Task _loop;

    public GroupCommitter(SqliteSession session, IWriterMemory memory, string path)
    {
        _session = session;
        _memory = memory;
        _path = path;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Executes the work in the next transaction; the answer comes when it is durable.</summary>
    public async ValueTask<TResult> RunAsync<TResult>(Func<TResult> execute, CancellationToken cancellationToken)
    {
        var work = new WriterWork<TResult>(execute, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(work, cancellationToken);
        }
        catch (ChannelClosedException exception)
        {
            throw new UnavailableException($"{_path}: the store is closed, because the server is stopping. Try again when it runs.", exception);
        }

        return await work.Answer;
    }

    /// <summary>Ends after everything that was accepted.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            _group.Clear();
            while (_group.Count < LargestGroup && _queue.Reader.TryRead(out var work))
            {
                if (work.CancellationToken.IsCancellationRequested) work.Fail(new OperationCanceledException(work.CancellationToken));
                else _group.Add(work);
            }

            CommitTogetherOrAlone();
        }
    }

    private void CommitTogetherOrAlone()
    {
        if (_group.Count == 0) return;
        var failure = TryCommit(_group);
        if (failure is null) return;
        if (_group.Count == 1)
        {
            _group[0].Fail(failure);
            return;
        }

        foreach (var work in _group)
            if (TryCommit([work]) is { } own)
                work.Fail(own);
    }

    private Exception? TryCommit(List<WriterWork> group)
    {
        if (_session.DiskFailed) return StoppedAfterDiskFailure();
        try
        {
            _session.Begin();
            _memory.Begin();
            foreach (var work in group)
                work.Execute();
            if (_memory.Prepare()) _session.Commit();
            else _session.Rollback();
        }
        // Whatever it is, it is the callers' answer, and the transaction is undone.
        catch (Exception exception)
        {
            return RollBack() ?? exception;
        }

        Answer(group);
        return null;
    }

    private void Answer(List<WriterWork> group)
    {
        Exception? failure = null;
        try
        {
            _memory.Committed();
        }
        // A defect of a subscriber; the writer goes on, and the callers learn of it.
        catch (Exception exception)
        {
            failure = new InvalidOperationException($"{_path}: the commit is durable, but a subscriber failed on it.", exception);
        }

        foreach (var work in group)
        {
            if (failure is null) work.Complete();
            else work.Fail(failure);
        }
    }

    private Exception? RollBack()
    {
        try
        {
            _session.Rollback();
            return null;
        }
        catch (Exception exception) when (exception is UnavailableException or IntegrityException or InvalidOperationException)
        {
            return exception;
        }
    }

    // After a failed sync the file may hold more than this process believes, or less than the kernel says. Going on could acknowledge what a restart then misses.
    private UnavailableException StoppedAfterDiskFailure() =>
        new($"{_path}: writing has stopped because the disk failed before. Check the disk and the system's log, then restart the server: it goes on from what is on the disk.");
}
