using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Xunit.v3;

[assembly: Hierarchy.Tests.HangWatch]

namespace Hierarchy.Tests;

/// <summary>
/// Ends the whole run when a test hangs, and names it: a run that is cut off from outside cannot say what it waited for. What hangs before a test begins or after it ended is named by what ended last.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class HangWatchAttribute : BeforeAfterTestAttribute
{
    // A slow machine may say more.
    private static readonly TimeSpan LongestTest = TimeSpan.FromMinutes(double.TryParse(Environment.GetEnvironmentVariable("HIERARCHY_TEST_LONGEST_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 8);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<string, (string Name, long Since)> Running = [];
    private static readonly ConcurrentQueue<string> Ended = [];
    private static readonly Timer Watch = new(_ => Look(), state: null, Interval, Interval);
    private static long s_lastChange = Stopwatch.GetTimestamp();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        GC.KeepAlive(Watch);
        Volatile.Write(ref s_lastChange, Stopwatch.GetTimestamp());
        Running[test.UniqueID] = (test.TestDisplayName, Stopwatch.GetTimestamp());
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        Volatile.Write(ref s_lastChange, Stopwatch.GetTimestamp());
        Running.TryRemove(test.UniqueID, out _);
        Ended.Enqueue(test.TestDisplayName);
        while (Ended.Count > 5) Ended.TryDequeue(out _);
    }

    private static void Look()
    {
        var hung = Running.Values.Where(test => Stopwatch.GetElapsedTime(test.Since) > LongestTest).Select(test => test.Name).ToArray();
        var isStill = Stopwatch.GetElapsedTime(Volatile.Read(ref s_lastChange)) > LongestPause;
        if (hung.Length == 0 && !isStill) return;
        var running = string.Join(", ", Running.Values.Select(test => $"{test.Name} ({Stopwatch.GetElapsedTime(test.Since).TotalSeconds:0} s)"));
        var message = hung.Length > 0 ? $"{string.Join(", ", hung)} did not end within {LongestTest.TotalMinutes:0.##} minutes. Running: {running}."
            : $"no test began or ended for {LongestPause.TotalMinutes:0} minutes. Running: {running}. Ended last: {string.Join(", ", Ended)}.";
        // scripts/test prints what stands here after the run; this process may not get to say anything else.
        if (Environment.GetEnvironmentVariable("HIERARCHY_TEST_HANGS") is { Length: > 0 } file) File.AppendAllText(file, $"{message}{Environment.NewLine}");
        Environment.FailFast($"A test hangs: {message}");
    }
}
