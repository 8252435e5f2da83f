namespace Hierarchy.Server.Api.Admin;

/// <summary>Writes to one call from two sides: the work's own messages as they come, and between them, now and then, how far it is. One message at a time.</summary>
/// <param name="write">Writes a message.</param>
/// <param name="time">The clock.</param>
internal sealed class ProgressPump<TMessage>(Func<TMessage, CancellationToken, Task> write, TimeProvider time) : IDisposable
    where TMessage : class
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _oneWriter = new(1, 1);
    private TMessage? _latest;

    /// <summary>How far it is now; replaces what was not written yet. Returns at once.</summary>
    public void Report(TMessage progress) => Interlocked.Exchange(ref _latest, progress);

    /// <summary>Writes a message of the work.</summary>
    public async Task WriteAsync(TMessage message, CancellationToken cancellationToken)
    {
        await _oneWriter.WaitAsync(cancellationToken);
        try
        {
            await write(message, cancellationToken);
        }
        finally
        {
            _oneWriter.Release();
        }
    }

    /// <summary>Runs the work, telling how far it is meanwhile. When the caller goes away, the work is stopped, and waited for.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = Task.Run(() => work(stop.Token), CancellationToken.None);
        try
        {
            while (!working.IsCompleted)
            {
                await Task.WhenAny(working, Task.Delay(Pace, time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                if (Interlocked.Exchange(ref _latest, null) is { } progress) await WriteAsync(progress, cancellationToken);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await working;
    }

    public void Dispose() => _oneWriter.Dispose();
}
