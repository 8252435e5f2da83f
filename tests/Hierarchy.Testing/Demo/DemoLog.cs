using System.Diagnostics;
using System.Globalization;

namespace Hierarchy.Testing.Demo;

/// <summary>What the demo says: a line a step, with the time since it began.</summary>
internal sealed class DemoLog(TextWriter output)
{
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly Lock gate = new();

    /// <summary>The last step that was said.</summary>
    public string LastStep { get; private set; } = "start";

    public void Say(string step)
    {
        LastStep = step;
        Write(step);
    }

    /// <summary>A line of detail under the last step.</summary>
    public void Detail(string text) => Write("  " + text);

    /// <summary>The line that scripts read.</summary>
    public void Last(string line)
    {
        lock (gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private void Write(string text)
    {
        lock (gate)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0.0} s] {text}"));
            output.Flush();
        }
    }
}
