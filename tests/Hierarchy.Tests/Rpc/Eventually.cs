using System.Diagnostics;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>Waits for conditions, with an end.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Waits until a condition holds.</summary>
    public static async Task HoldsAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            Assert.True(watch.Elapsed < Patience, "The condition did not come to hold.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until a number that grows has stood still for 200 ms, and returns it.</summary>
    public static async Task<int> SettlesAsync(Func<int> number)
    {
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var last = -1;
        while (true)
        {
            Assert.True(watch.Elapsed < Patience, "The number did not stop growing.");
            var now = number();
            if (now == last && now > 0)
                return now;
            last = now;
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
