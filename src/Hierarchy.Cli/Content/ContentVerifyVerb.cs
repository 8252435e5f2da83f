using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Migrate;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Content;

/// <summary>`content verify` and `content repair`: reads every stored file again; repairing fetches what is damaged.</summary>
internal sealed class ContentVerifyVerb : Verb
{
    private readonly bool isRepair;

    private ContentVerifyVerb(bool repair)
        : base(
            repair ? "repair" : "verify",
            repair ? "Read every stored file again, and fetch anew what is damaged." : "Read every stored file again; what is damaged is put aside.",
            repair ? "hierarchy content repair" : "hierarchy content verify") => isRepair = repair;

    public static ContentVerifyVerb Verify => new(repair: false);

    public static ContentVerifyVerb Repair => new(repair: true);

    public override IReadOnlyList<string> Details =>
    [
        "It is the server that is asked whose store is read. A damaged file is renamed into its quarantine folder and not served any more;",
        isRepair ? "then it is fetched again, if an update still names it." : "the next client that asks for it, or `content repair`, brings it again.",
        $"Exit code 1 when {(isRepair ? "one could not be fetched again" : "one is damaged")}. On Ctrl-C it stops; what was put aside stays so.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        VerifyContentProgress? last = null;
        await new StepProgress(session.Output, session.Time).RunAsync("reading", async report =>
        {
            using var call = new ContentService.ContentServiceClient(session.Channel).VerifyContent(new VerifyContentRequest { Repair = isRepair }, session.Streaming);
            await foreach (var progress in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                last = progress;
                report(progress.BytesDone, progress.BytesTotal, $"{StepProgress.Of(progress.FilesDone, progress.FilesTotal)} files, {Human.Bytes(progress.BytesDone)} of {Human.Bytes(progress.BytesTotal)}");
            }
        });
        if (last is not { Finished: true })
            throw new CommandFailedException("unavailable", $"The server at {session.Server} ended the answer before all was read.", "Run it again.");

        var document = new ContentVerifiedDocument(
            isRepair, last.FilesDone, last.BytesDone, last.DamagedFiles.Count, last.Repaired,
            [.. last.DamagedFiles.Select(file => new DamagedContentBody(Wire.Hex(file.Sha1), Wire.NullIfEmpty(file.Name), file.Size, file.Outcome))]);
        var left = document.Damaged - document.Repaired;
        if (left > 0)
        {
            foreach (var file in session.Output.Json ? [] : document.DamagedFiles) session.Output.Text.WriteLine($"{file.Sha1} {file.Name} ({Human.Bytes(file.Size)}): {file.Outcome}");
            var failure = new CommandFailedException(
                "data_loss", isRepair ? $"{left} of {document.Damaged} damaged files could not be fetched again." : $"{document.Damaged} of {document.Files} files are damaged and were put aside.",
                isRepair ? "hierarchy content status tells why; files that no update names any more are not needed." : "hierarchy content repair, and check the disk.");
            return session.Output.Fail(failure, new ContentDamagedDocument(ErrorBody.From(failure), document));
        }

        return session.Output.Write(document, console => console.WriteLine(
            $"{Human.Count(document.Files)} files, {Human.Bytes(document.Bytes)}: {(document.Damaged == 0 ? "all are what they should be" : $"{Human.Count(document.Damaged)} were damaged and are fetched again")}."));
    }

    protected override CommandFailedException Interrupted() => new("cancelled", "Interrupted; what was put aside stays so.", "Run it again: it begins anew.", ExitCode.Cancelled);
}
