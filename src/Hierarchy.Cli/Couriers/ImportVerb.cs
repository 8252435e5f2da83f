using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Migrate;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Couriers;

/// <summary>`import`: hands the server a file that was carried to it.</summary>
internal sealed class ImportVerb : Verb
{
    private const int ChunkBytes = 256 * 1024;

    private readonly Argument<string> file = new("FILE") { Description = "The file that was carried here." };
    private readonly Option<bool> status = new("--status") { Description = "It carries reports of a server without a connection, and this is one above it." };

    public ImportVerb()
        : base("import", "Take a file that was carried here.", "hierarchy import new.courier", "hierarchy import --status site.status")
    {
        Add(file);
        Add(status);
    }

    public override IReadOnlyList<string> Details =>
    [
        "A log is served once it equals the root's checkpoint in the file, and not before; the server never goes back. When the file does",
        "not fit, the answer says where it begins, where this server stands, and how to make one that does. A file can be imported again,",
        "whole or after it was interrupted, even by kill -9: what is there stays, and the rest is taken. Content files are verified and",
        "stored one by one. Servers and computers below are served from here as always.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var path = arguments.GetRequiredValue(file);
        var kind = arguments.GetValue(status) ? CourierKind.Status : CourierKind.Log;
        var finished = await SendAsync(session, kind, path);
        var document = ImportDocument.Of(path, finished);
        return session.Output.Write(document, console => console.WriteLine(kind == CourierKind.Status
            ? $"Reports of {document.MadeBy}: {Human.Count(document.ReportsMerged)} were new."
            : $"From {document.Before?.ToString() ?? "nothing"} to {document.After}: {Human.Count(document.Records)} records taken, {Human.Count(document.RecordsPassed)} were here; "
              + $"{Human.Count(document.ContentStored)} content files stored, {Human.Count(document.ContentPresent)} were here, {Human.Count(document.ContentUnknown)} are in no update. "
              + $"The root has {Human.Count(document.ReportsRooted)} more of this server's reports."));
    }

    protected override CommandFailedException Interrupted() => new("cancelled", "Interrupted; what was taken stays.", "Run it again: it goes on where it was.", ExitCode.Cancelled);

    private static async Task<ImportFinished> SendAsync(Session session, CourierKind kind, string path)
    {
        await using var source = Open(path);
        ImportFinished? finished = null;
        await new StepProgress(session.Output, session.Time).RunAsync("import", async report =>
        {
            using var call = new CourierService.CourierServiceClient(session.Channel).Import(session.Streaming);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(session.Cancellation);
            var sending = SendAllAsync(call.RequestStream, kind, source, stop.Token);
            try
            {
                await foreach (var response in call.ResponseStream.ReadAllAsync(session.Cancellation))
                {
                    if (response.EventCase == ImportResponse.EventOneofCase.Progress) CourierProgressView.Show(report, response.Progress);
                    else finished = response.Finished;
                }
            }
            finally
            {
                // The server's answer says more than a write that it no longer wanted.
                await stop.CancelAsync();
                await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        return finished ?? throw new CommandFailedException("unavailable", $"The server at {session.Server} ended the answer before the import ended.", "Run it again: it goes on where it was.");
    }

    private static async Task SendAllAsync(IClientStreamWriter<ImportRequest> requests, CourierKind kind, FileStream source, CancellationToken cancellationToken)
    {
        await requests.WriteAsync(new ImportRequest { Started = new ImportStarted { Kind = kind } }, cancellationToken);
        var buffer = new byte[ChunkBytes];
        for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
            await requests.WriteAsync(new ImportRequest { Chunk = ByteString.CopyFrom(buffer, 0, read) }, cancellationToken);
        await requests.CompleteAsync();
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException("file", $"{path} cannot be read: {exception.Message}", "Name the file that was carried here.", cause: exception);
        }
    }
}
