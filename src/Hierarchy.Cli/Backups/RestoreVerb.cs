using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Migrate;
using Hierarchy.Domain;
using Hierarchy.Storage.Backups;
using Spectre.Console;

namespace Hierarchy.Cli.Backups;

/// <summary>`restore`: makes a data directory from a backup, on this machine, without a server.</summary>
internal sealed class RestoreVerb : Verb
{
    private readonly Argument<string> file = new("FILE") { Description = "The archive." };
    private readonly Option<string?> data = new("--data") { Description = "The data directory that is to be made, on this machine.", HelpName = "DIR" };
    private readonly Option<bool> replace = new("--replace") { Description = "Where the directory is not empty, move it aside (to a sibling) first. The server on it must be stopped." };
    private readonly Option<bool> verify = new("--verify") { Description = "Only check the archive: every file's hash, and the digest of its log." };

    public RestoreVerb()
        : base(
            "restore", "Make a server's data directory from a backup, on this machine.",
            "hierarchy restore root-2026-11-21.zip --data /var/lib/hierarchy", "hierarchy restore root-2026-11-21.zip --data /var/lib/hierarchy --replace", "hierarchy restore --verify root-2026-11-21.zip")
    {
        Add(file);
        Add(data);
        Add(replace);
        Add(verify);
        Validators.Add(result =>
        {
            if (result.GetValue(verify) == result.GetValue(data) is not null) result.AddError("Name the data directory with --data, or say --verify to only check the archive.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "Everything is verified before anything of the directory changes; killed at any moment, the old directory or the new one is there.",
        "Then start the server on it as before. A root goes on in a new epoch, with numbers far above those it may have given since the",
        "backup; its replicas find that they hold what the root lost, archive it, and take the root's state. What was decided after the",
        "backup is to be decided again. A restored replica catches up with its parent. Never start the old directory beside the new one:",
        "there would be two servers with one id.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var path = arguments.GetRequiredValue(file);
        var folder = arguments.GetValue(data);
        BackupRestore.Result? result = null;
        try
        {
            await new StepProgress(session.Output, session.Time).RunAsync("restore", async report =>
            {
                void Report(string phase, long done, long total) => report(done, total, $"{phase} {Human.Bytes(done)} of {Human.Bytes(total)}");
                result = folder is null
                    ? await BackupRestore.VerifyAsync(path, Report, session.Cancellation)
                    : await BackupRestore.RestoreAsync(path, folder, arguments.GetValue(replace), session.Time.GetUtcNow(), Report, session.Cancellation);
            });
        }
        catch (IntegrityException exception)
        {
            throw new CommandFailedException("data_loss", exception.Message, null, cause: exception);
        }
        catch (UnavailableException exception)
        {
            throw new CommandFailedException("failed_precondition", exception.Message, null, cause: exception);
        }

        var document = RestoreDocument.From(path, folder is null ? null : Path.GetFullPath(folder), result!); // The work ended.
        return session.Output.Write(document, console =>
        {
            var what = $"the {document.Role} {document.ServerName}, as of {document.TakenAt}: position {document.Position}, {Human.Count(document.Count)} records, {Human.Bytes(document.Bytes)}";
            if (document.Data is null) console.WriteLine($"{document.File} is whole: {what}.");
            else console.WriteLine($"{document.Data} is {what}. Start the server on it.");
            if (document.MovedTo is not null) console.WriteLine($"What was there is in {document.MovedTo}; delete it when nobody needs it any more.");
        });
    }

    protected override CommandFailedException Interrupted() => new("cancelled", "Interrupted; nothing has changed.", null, ExitCode.Cancelled);
}
