namespace Hierarchy.Testing.Tree;

/// <summary>Waits for what other processes do: asks again and again until it is so, or until a deadline.</summary>
public static class Until
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is not null. <paramref name="what"/> completes the sentence "waited for ...".</summary>
    public static async Task<T> FoundAsync<T>(string what, TimeSpan deadline, Func<CancellationToken, Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (true)
            {
                if (await ask(limit.Token) is { } found) return found;
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (Exception exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited {deadline.TotalSeconds:0} s in vain for {what}.", exception);
        }
    }

    /// <summary>Asks until the answer is yes.</summary>
    public static Task TrueAsync(string what, TimeSpan deadline, Func<CancellationToken, Task<bool>> ask, CancellationToken cancellationToken)
        => FoundAsync(what, deadline, async token => await ask(token) ? what : null, cancellationToken);
}
