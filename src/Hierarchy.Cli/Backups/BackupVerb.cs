using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Migrate;
using Hierarchy.Domain;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Storage.Backups;
using Spectre.Console;

namespace Hierarchy.Cli.Backups;

/// <summary>`backup`: takes a backup of the server, while it runs.</summary>
internal sealed class BackupVerb : Verb
{
    private readonly Argument<string?> file = new("FILE") { Description = "The archive, on this machine.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> onServer = new("--on-server") { Description = "Write it on the server's machine instead, there (an absolute path).", HelpName = "PATH" };

    public BackupVerb()
        : base(
            "backup", "Take a backup of the server while it runs; or by a schedule.",
            "hierarchy backup root-2026-11-21.zip", "hierarchy backup --on-server /var/backups/root.zip", "hierarchy backup schedule set --times-a-day 2 --at 02:00 --keep 14 --folder /var/backups/hierarchy")
    {
        Add(file);
        Add(onServer);
        Add(new BackupScheduleVerb());
        Validators.Add(result =>
        {
            if (result.GetValue(file) is null == result.GetValue(onServer) is null && !result.Children.OfType<System.CommandLine.Parsing.CommandResult>().Any())
                result.AddError("Name a FILE on this machine, or a path on the server with --on-server.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "The archive is a ZIP file with the server's databases, each as it was at one moment, its id, its role and its secrets. Content is",
        "not in it (it is fetched again), nor is the configuration file. The server goes on deciding and serving meanwhile.",
        "A backup counts only once it is verified: the log's rows are digested anew, and every file is hashed again where it was written.",
        "The secrets open what is sealed in the catalog, and reports name computers: the archive is readable for its owner alone (0600).",
        "Keep it so. `hierarchy restore` makes a server of it. On Ctrl-C nothing is left behind.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var path = arguments.GetValue(file);
        await using var target = path is null ? null : PartialFile.Create(path);
        var client = new BackupService.BackupServiceClient(session.Channel);
        BackupFinished? finished = null;
        await new StepProgress(session.Output, session.Time).RunAsync("backup", async report =>
        {
            using var call = client.Backup(new BackupRequest { OnServer = arguments.GetValue(onServer) ?? "" }, session.Streaming);
            await foreach (var response in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                switch (response.EventCase)
                {
                    case BackupResponse.EventOneofCase.Progress:
                        var step = response.Progress;
                        report(step.BytesDone, step.BytesTotal, $"{step.Phase} {step.File}{(step.File.Length > 0 ? " " : "")}{Human.Bytes(step.BytesDone)} of {Human.Bytes(step.BytesTotal)}");
                        break;
                    case BackupResponse.EventOneofCase.Chunk when target is not null:
                        await target.WriteAsync(response.Chunk.Memory, session.Cancellation);
                        break;
                    case BackupResponse.EventOneofCase.Finished:
                        finished = response.Finished;
                        break;
                }
            }
        });
        if (finished is null) throw new CommandFailedException("unavailable", $"The server at {session.Server} ended the answer before the backup was whole.", "Take it again; nothing was kept.");
        if (target is not null) await VerifyAsync(target, finished, session.Cancellation);

        var document = BackupDocument.From(path ?? finished.Path, finished);
        return session.Output.Write(document, console => console.WriteLine(
            $"{document.File}: {Human.Bytes(document.Bytes)} for {Human.Bytes(document.BytesOfFiles)} of databases, position {document.Position}, {Human.Count(document.Count)} records; verified."));
    }

    protected override CommandFailedException Interrupted() => new("cancelled", "Interrupted; nothing was kept.", null, ExitCode.Cancelled);

    /// <summary>Reads back what was written, before it gets its name.</summary>
    private static async Task VerifyAsync(PartialFile target, BackupFinished finished, CancellationToken cancellationToken)
    {
        try
        {
            target.Flush();
            if (target.Length != finished.Bytes) throw new IntegrityException($"{target.Length} bytes of {finished.Bytes} arrived.");
            using (var archive = await BackupArchive.OpenAsync(target.Path, cancellationToken))
                await archive.VerifyAsync(_ => { }, cancellationToken);
            await target.CompleteAsync();
        }
        catch (Exception exception) when (exception is IntegrityException or UnavailableException)
        {
            throw new CommandFailedException("data_loss", $"The backup did not arrive whole, and was not kept: {exception.Message}", "Take it again; look at this machine's disk.", cause: exception);
        }
    }
}
