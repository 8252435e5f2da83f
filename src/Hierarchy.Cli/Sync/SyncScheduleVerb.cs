using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync schedule`: shows when synchronizations start by themselves; its own verbs change that.</summary>
internal sealed class SyncScheduleVerb : Verb
{
    public SyncScheduleVerb()
        : base("schedule", "Show when synchronizations start by themselves.", "hierarchy sync schedule", "hierarchy sync schedule set --times-a-day 4 --at 03:00", "hierarchy sync schedule off")
    {
        Add(new SyncScheduleSetVerb());
        Add(new SyncScheduleOffVerb());
    }

    /// <summary>Writes a schedule.</summary>
    public static int Write(Session session, ScheduleDocument document) => session.Output.Write(document, console =>
        console.WriteLine(document.TimesADay == 0
            ? "Synchronizations are started by hand alone: hierarchy sync run"
            : $"{document.TimesADay} times a day, the first at {document.At} ({document.TimeZone}), each up to 30 minutes later; the next at {document.Next}."));

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(session.Admin.GetSyncScheduleAsync, new GetSyncScheduleRequest());
        return Write(session, ScheduleDocument.From(response.Schedule, response.TimeZone, response.Next));
    }
}
