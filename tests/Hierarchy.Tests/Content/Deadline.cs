using Xunit;

namespace Hierarchy.Tests.Content;

/// <summary>Waits for a condition instead of a time.</summary>
internal static class Deadline
{
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            if (patience.IsCancellationRequested) throw new TimeoutException($"It did not come about within 10 s: {what}.");
            await Task.Yield();
        }
    }
}
