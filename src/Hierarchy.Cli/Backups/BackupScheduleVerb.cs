using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Backups;

/// <summary>`backup schedule`, and `backup schedule show`, which is the same.</summary>
internal sealed class BackupScheduleVerb : Verb
{
    public BackupScheduleVerb()
        : this("schedule")
    {
        Add(new BackupScheduleSetVerb());
        Add(new BackupScheduleVerb("show"));
        Add(new BackupScheduleOffVerb());
    }

    private BackupScheduleVerb(string name)
        : base(
            name, "Show when backups are made by themselves, and how the last ones ended.",
            "hierarchy backup schedule show", "hierarchy backup schedule set --times-a-day 2 --at 02:00 --keep 14 --folder /var/backups/hierarchy", "hierarchy backup schedule off")
    {
    }

    /// <summary>Writes a schedule and its runs.</summary>
    public static int Write(Session session, GetBackupScheduleResponse current)
    {
        var document = BackupScheduleDocument.From(current);
        return session.Output.Write(document, console =>
        {
            console.WriteLine(document.TimesADay == 0
                ? "Backups are made by hand alone: hierarchy backup FILE"
                : $"{document.TimesADay} times a day, the first at {document.At} ({document.TimeZone}), into {document.Folder} on the server; {document.Keep} are kept; the next at {document.Next}.");
            if (document.Runs.Count == 0) return;
            var table = session.Output.Table("Started", "Took", "Outcome", "Size", "Position", "File");
            foreach (var (run, body) in current.Runs.Zip(document.Runs))
                table.AddTextRow(
                    body.StartedAt, run.EndedAt is null ? "" : Human.Span((run.EndedAt - run.StartedAt).ToTimeSpan()),
                    run.EndedAt is null ? "under way" : body.Failure is not null ? $"failed: {body.Failure}" : body.Pruned ? "made; removed for newer ones" : "made, verified",
                    body.Bytes > 0 ? Human.Bytes(body.Bytes) : "", body.Position?.ToString(), body.File);
            console.Write(table);
        });
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments) =>
        Write(session, await session.AskAsync(new BackupService.BackupServiceClient(session.Channel).GetBackupScheduleAsync, new GetBackupScheduleRequest()));
}
