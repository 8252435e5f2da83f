using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Migrate;

/// <summary>`migrate content`: takes the files that a WSUS has downloaded, so that they are not downloaded again.</summary>
internal sealed class MigrateContentVerb : Verb
{
    private readonly Argument<string> folder = new("FOLDER") { Description = "The folder on the server's machine, absolute; as a rule …\\WsusContent." };
    private readonly Option<bool> copy = new("--copy") { Description = "Copy every file, also where a hard link would do." };

    public MigrateContentVerb()
        : base(
            "content",
            "Take the content that a WSUS has downloaded; each file is verified.",
            "hierarchy migrate content D:\\WSUS\\WsusContent", "hierarchy migrate content /mnt/wsus/WsusContent --copy")
    {
        Add(folder);
        Add(copy);
    }

    public override IReadOnlyList<string> Details =>
    [
        "Every file that an update of the catalog names is read, and taken when it is what its SHA-1 (and its SHA-256, where the",
        "update tells it) says; so synchronize first. The folder is only read, never changed.",
        "Where the folder is on the volume of the server's content, a file is taken as a hard link, a second name of the same",
        "bytes: that needs no space, and deleting the WSUS later takes nothing away. WSUS never writes into a file that it has;",
        "if something else may, say --copy. On other volumes files are copied.",
        "On Ctrl-C it stops. Run it again and it goes on where it was.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new AdoptContentRequest { Folder = arguments.GetRequiredValue(folder), Copy = arguments.GetValue(copy) };
        AdoptContentProgress? last = null;
        await new StepProgress(session.Output, session.Time).RunAsync("adopting", async report =>
        {
            using var call = session.Admin.AdoptContent(request, session.Streaming);
            await foreach (var progress in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                last = progress;
                if (progress.FilesTotal > 0)
                    report(progress.BytesDone, progress.BytesTotal, $"{StepProgress.Of(progress.FilesDone, progress.FilesTotal)} files, {Human.Bytes(progress.BytesDone)} of {Human.Bytes(progress.BytesTotal)}");
            }
        });
        if (last is not { Finished: true })
            throw new CommandFailedException("unavailable", $"The server at {session.Server} ended the answer before the adoption ended.", "Run it again: it goes on where it was.");

        var document = new ContentMigratedDocument(
            request.Folder, last.FilesTotal, last.BytesTotal, last.Linked, last.Copied, last.AlreadyHere, last.Unknown, last.Wrong,
            [.. last.WrongFiles.Select(file => new WrongFileBody(file.Path, file.Reason))]);
        return session.Output.Write(document, console =>
        {
            foreach (var file in document.WrongFiles) console.WriteLine($"Not taken: {file.Path}: {file.Reason}.");
            console.WriteLine(
                $"{Human.Count(document.Files)} files, {Human.Bytes(document.Bytes)}: {Human.Count(document.Linked)} linked, {Human.Count(document.Copied)} copied, "
                + $"{Human.Count(document.AlreadyHere)} were here, {Human.Count(document.Wrong)} are wrong. {Human.Count(document.Unknown)} more are in no update of the catalog.");
        });
    }

    protected override CommandFailedException Interrupted() => new("cancelled", "Interrupted; what was taken stays.", "Run it again: it goes on where it was.", ExitCode.Cancelled);
}
