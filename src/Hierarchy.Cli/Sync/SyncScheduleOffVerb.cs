using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync schedule off`: synchronizations are started by hand from now on.</summary>
internal sealed class SyncScheduleOffVerb() : Verb("off", "Synchronize by hand alone from now on.", "hierarchy sync schedule off")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(session.Admin.SetSyncScheduleAsync, new SetSyncScheduleRequest { Schedule = new SyncSchedule() });
        return SyncScheduleVerb.Write(session, ScheduleDocument.From(response.Schedule, response.TimeZone, response.Next));
    }
}
