using System.CommandLine;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Backups;

/// <summary>`backup schedule off`: backups are made by hand from now on.</summary>
internal sealed class BackupScheduleOffVerb() : Verb("off", "Make backups by hand alone from now on; those that were made stay.", "hierarchy backup schedule off")
{
    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var response = await session.AskAsync(new BackupService.BackupServiceClient(session.Channel).SetBackupScheduleAsync, new SetBackupScheduleRequest { Schedule = new BackupSchedule() });
        return BackupScheduleVerb.Write(session, response.Current);
    }
}
