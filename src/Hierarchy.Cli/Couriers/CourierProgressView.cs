using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Migrate;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Couriers;

/// <summary>How far an export or import is, in words.</summary>
internal static class CourierProgressView
{
    public static void Show(Action<long, long, string> report, CourierProgress progress) => report(
        progress.Done, progress.Total,
        progress.Phase == "content" ? $"content {Human.Bytes(progress.Done)} of {Human.Bytes(progress.Total)}"
        : progress.Total > 0 ? $"{progress.Phase} {StepProgress.Of(progress.Done, progress.Total)}"
        : $"{progress.Phase} {Human.Count(progress.Done)}");
}
