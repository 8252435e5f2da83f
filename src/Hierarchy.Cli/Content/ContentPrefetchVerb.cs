using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Migrate;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Content;

/// <summary>`content prefetch`: fetches now, whatever the policy would wait for.</summary>
internal sealed class ContentPrefetchVerb : Verb
{
    private readonly Argument<string[]> updates = new("UPDATE") { Description = "An update by id, the beginning of one, or KB number; none: all that is approved.", Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [] };

    public ContentPrefetchVerb()
        : base("prefetch", "Fetch files now: those of some updates, approved or not, or all that approved updates need.", "hierarchy content prefetch", "hierarchy content prefetch KB5013943")
    {
        Add(updates);
    }

    public override IReadOnlyList<string> Details =>
    [
        "The server that is asked fetches, also where its policy is on-demand; what is named is fetched also where it is never.",
        "Links' schedules hold for it. On Ctrl-C the watching ends; what has begun to arrive goes on.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new PrefetchContentRequest();
        request.Updates.Add(arguments.GetValue(updates) ?? []);
        PrefetchContentProgress? last = null;
        await new StepProgress(session.Output, session.Time).RunAsync("fetching", async report =>
        {
            using var call = new ContentService.ContentServiceClient(session.Channel).PrefetchContent(request, session.Streaming);
            await foreach (var progress in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                last = progress;
                report(progress.BytesDone, progress.BytesTotal, $"{StepProgress.Of(progress.FilesDone, progress.FilesTotal)} files, {Human.Bytes(progress.BytesDone)} of {Human.Bytes(progress.BytesTotal)}");
            }
        });
        if (last is not { Finished: true })
            throw new CommandFailedException("unavailable", $"The server at {session.Server} ended the answer before all was fetched.", "hierarchy content status tells how far it is; run this again to go on.");

        var document = new ContentPrefetchedDocument(last.FilesTotal, last.BytesTotal, last.Present, last.Fetched, [.. last.Failures.Select(ContentFailureBody.From)]);
        if (document.Failures.Count > 0)
        {
            foreach (var file in session.Output.Json ? [] : document.Failures) session.Output.Text.WriteLine($"{file.Name} ({file.Sha1}): {file.Reason}");
            var failure = new CommandFailedException("unavailable", $"{document.Failures.Count} of {document.Files} files could not be fetched.", "hierarchy content status tells why; run this again to try them again.");
            return session.Output.Fail(failure, new ContentNotFetchedDocument(ErrorBody.From(failure), document));
        }

        return session.Output.Write(document, console => console.WriteLine(
            document.Files == 0 ? "There is nothing to fetch." : $"{Human.Count(document.Files)} files, {Human.Bytes(document.Bytes)}: {Human.Count(document.Fetched)} fetched, {Human.Count(document.Present)} were here."));
    }

    protected override CommandFailedException Interrupted() => new("cancelled", "Interrupted; files that have begun to arrive go on.", "hierarchy content status", ExitCode.Cancelled);
}
