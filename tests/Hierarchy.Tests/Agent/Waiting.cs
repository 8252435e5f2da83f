namespace Hierarchy.Tests.Agent;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Waiting
{
    internal static async Task ForAsync(Func<bool> condition, string what, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(linked.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited 20 s in vain until {what}.");
            }
        }
    }
}
