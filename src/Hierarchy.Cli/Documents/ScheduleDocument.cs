using System.Globalization;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>When synchronizations start by themselves.</summary>
/// <param name="TimesADay">0 for never.</param>
/// <param name="At">The first time of the day, `HH:MM`; null for never.</param>
/// <param name="TimeZone">The server's.</param>
/// <param name="Next">The next start; null for never.</param>
internal sealed record ScheduleDocument(int TimesADay, string? At, string TimeZone, string? Next)
{
    public static ScheduleDocument From(SyncSchedule schedule, string timeZone, Google.Protobuf.WellKnownTypes.Timestamp? next) => new(
        schedule.TimesADay, schedule.TimesADay == 0 ? null : TimeSpan.FromMinutes(schedule.FirstMinute).ToString(@"hh\:mm", CultureInfo.InvariantCulture), timeZone, Wire.Time(next));
}
