using System.Threading.Channels;
using Hierarchy.Domain;

namespace Hierarchy.Storage.SqlServer;

/// <summary>
/// The one writer of this server. Callers that come while a commit is on its way share the next one; their order is kept. When a shared transaction fails, each of its callers is tried alone, so that
/// only the guilty one fails.
/// </summary>
internal sealed class CommitQueue<TWork> : IAsyncDisposable
    where TWork : QueuedWork
{
    private const int MostCallers = 64;
    private const int MostWeight = 1000;
    private const long MostBytes = 4 << 20;

    private readonly Channel<TWork> _queue = Channel.CreateBounded<TWork>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly Func<IReadOnlyList<TWork>, Exception?> _tryCommit;
    private readonly string _name;
    private readonly Task _loop;

    /// <param name="tryCommit">Writes a group as one transaction and answers it; when it fails, says why, and nobody is answered.</param>
    /// <param name="name">Of the database, for messages.</param>
    public CommitQueue(Func<IReadOnlyList<TWork>, Exception?> tryCommit, string name)
    {
        _tryCommit = tryCommit;
        _name = name;
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Does the work in the next transaction; the answer comes when it is durable.</summary>
    public async ValueTask<TResult> RunAsync<TResult, TAnswered>(TAnswered work, CancellationToken cancellationToken)
        where TAnswered : TWork, IAnswered<TResult>
    {
        try
        {
            await _queue.Writer.WriteAsync(work, cancellationToken);
        }
        catch (ChannelClosedException exception)
        {
            throw new UnavailableException($"{_name}: the store is closed, because the server is stopping. Try again when it runs.", exception);
        }

        return await work.Answer;
    }

    /// <summary>Ends after everything that was accepted.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private void Run()
    {
        var group = new List<TWork>(MostCallers);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            group.Clear();
            var (weight, bytes) = (0, 0L);
            while (group.Count < MostCallers && _queue.Reader.TryPeek(out var work))
            {
                if (group.Count > 0 && (weight + work.Weight > MostWeight || bytes + work.Bytes > MostBytes)) break;
                _queue.Reader.TryRead(out _);
                if (work.CancellationToken.IsCancellationRequested)
                {
                    work.Fail(new OperationCanceledException(work.CancellationToken));
                    continue;
                }

                group.Add(work);
                (weight, bytes) = (weight + work.Weight, bytes + work.Bytes);
            }

            CommitTogetherOrAlone(group);
        }
    }

    private void CommitTogetherOrAlone(List<TWork> group)
    {
        if (group.Count == 0 || _tryCommit(group) is not { } failure) return;
        // A database that is away is away for each of them, too.
        if (group.Count == 1 || failure is UnavailableException)
        {
            foreach (var work in group)
                work.Fail(failure);
            return;
        }

        foreach (var work in group)
            if (_tryCommit([work]) is { } own)
                work.Fail(own);
    }
}
