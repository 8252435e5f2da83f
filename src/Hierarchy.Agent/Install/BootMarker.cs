namespace Hierarchy.Agent.Install;

/// <summary>Names the present start of the operating system, so that a restart can be told from none.</summary>
internal static class BootMarker
{
    private const string LinuxBootId = "/proc/sys/kernel/random/boot_id";

    internal static string Read(TimeProvider time)
    {
        if (File.Exists(LinuxBootId)) return File.ReadAllText(LinuxBootId).Trim();

        // To ten minutes: clocks are corrected, systems do not start that often.
        var started = time.GetUtcNow().ToUnixTimeMilliseconds() - Environment.TickCount64;
        return $"minute {started / 600_000 * 10}";
    }
}
