using System.Diagnostics;
using Xunit;

namespace Hierarchy.Tests;

/// <summary>Waits for a condition instead of a time, and not for ever.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task HoldsAsync(string what, Func<bool> condition) => HoldsAsync(what, () => ValueTask.FromResult(condition()));

    public static async Task HoldsAsync(string what, Func<ValueTask<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await condition())
        {
            if (watch.Elapsed > Patience) throw new TimeoutException($"It did not come about within {Patience.TotalSeconds} s: {what}.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
