using System.CommandLine;
using System.Globalization;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync schedule set`: synchronizes so many times a day from now on.</summary>
internal sealed class SyncScheduleSetVerb : Verb
{
    private readonly Option<int> times = new("--times-a-day") { Description = "1 to 24, evenly through the day.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string> at = new("--at") { Description = "The first time of the day in the server's time zone; each start is up to 30 minutes later, at random.", HelpName = "HH:MM", Required = true };

    public SyncScheduleSetVerb()
        : base("set", "Synchronize so many times a day from now on.", "hierarchy sync schedule set --times-a-day 4 --at 03:00", "hierarchy sync schedule set --at 22:30")
    {
        times.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is < 1 or > 24) result.AddError("--times-a-day takes 1 to 24.");
        });
        at.Validators.Add(result =>
        {
            if (!result.Errors.Any() && !TryParse(result.GetValueOrDefault<string>(), out _)) result.AddError("--at takes a time of the day, 00:00 to 23:59.");
        });
        Add(times);
        Add(at);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var first = TryParse(arguments.GetValue(at), out var time) ? time : default; // It was looked at when the command line was parsed.
        var schedule = new SyncSchedule { TimesADay = arguments.GetValue(times), FirstMinute = (first.Hour * 60) + first.Minute };
        var response = await session.AskAsync(session.Admin.SetSyncScheduleAsync, new SetSyncScheduleRequest { Schedule = schedule });
        return SyncScheduleVerb.Write(session, ScheduleDocument.From(response.Schedule, response.TimeZone, response.Next));
    }

    private static bool TryParse(string? text, out TimeOnly time) => TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
