using System.CommandLine;
using System.Globalization;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Backups;

/// <summary>`backup schedule set`: makes backups so many times a day from now on.</summary>
internal sealed class BackupScheduleSetVerb : Verb
{
    private readonly Option<int> times = new("--times-a-day") { Description = "1 to 24, evenly through the day.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string> at = new("--at") { Description = "The first time of the day, in the server's time zone.", HelpName = "HH:MM", Required = true };
    private readonly Option<int> keep = new("--keep") { Description = "How many stay, 1 to 1000; the oldest goes once a new one is verified.", HelpName = "K", DefaultValueFactory = _ => 7 };
    private readonly Option<string> folder = new("--folder") { Description = "On the server's machine, absolute; it must be there.", HelpName = "DIR", Required = true };

    public BackupScheduleSetVerb()
        : base("set", "Make backups so many times a day from now on.", "hierarchy backup schedule set --times-a-day 2 --at 02:00 --keep 14 --folder /var/backups/hierarchy")
    {
        times.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is < 1 or > 24) result.AddError("--times-a-day takes 1 to 24.");
        });
        at.Validators.Add(result =>
        {
            if (!result.Errors.Any() && !TryParse(result.GetValueOrDefault<string>(), out _)) result.AddError("--at takes a time of the day, 00:00 to 23:59.");
        });
        keep.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is < 1 or > 1000) result.AddError("--keep takes 1 to 1000.");
        });
        Add(times);
        Add(at);
        Add(keep);
        Add(folder);
    }

    public override IReadOnlyList<string> Details =>
    [
        "The schedule is of the server that is asked, and kept there. A time that the server slept through is made up for once. Only what",
        "the schedule itself made is ever removed. Put the folder on another disk than the data, or copy the archives away.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var first = TryParse(arguments.GetValue(at), out var time) ? time : default; // It was looked at when the command line was parsed.
        var schedule = new BackupSchedule
        {
            TimesADay = arguments.GetValue(times),
            FirstMinute = (first.Hour * 60) + first.Minute,
            Keep = arguments.GetValue(keep),
            Folder = arguments.GetRequiredValue(folder),
        };
        var response = await session.AskAsync(new BackupService.BackupServiceClient(session.Channel).SetBackupScheduleAsync, new SetBackupScheduleRequest { Schedule = schedule });
        return BackupScheduleVerb.Write(session, response.Current);
    }

    private static bool TryParse(string? text, out TimeOnly time) => TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
