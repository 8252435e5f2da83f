using System.CommandLine;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Cli.Migrate;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Couriers;

/// <summary>`export`: writes the file that a server without a connection follows by, or one of those that it writes itself.</summary>
internal sealed class ExportVerb : Verb
{
    private const int MostOfAFile = 15 << 20;

    private readonly Argument<string?> file = new("FILE") { Description = "The courier file to write: the log, and content with --content.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> since = new("--since") { Description = "Only what is new since this position file, which the receiving server wrote.", HelpName = "POSITION-FILE" };
    private readonly Option<string?> forStatus = new("--for") { Description = "The same since a status file of the receiving server.", HelpName = "STATUS-FILE" };
    private readonly Option<bool> all = new("--all") { Description = "Everything (the default); with --status, also the reports that the root is known to have." };
    private readonly Option<bool> content = new("--content") { Description = "With the content files that approved updates need and that the receiver did not name as its own." };
    private readonly Option<bool> catalogOnly = new("--catalog-only") { Description = "Without groups, approvals and other decisions: for an autonomous server." };
    private readonly Option<string?> position = new("--position") { Description = "At the receiving server: write where it stands.", HelpName = "FILE" };
    private readonly Option<string?> status = new("--status") { Description = "At the receiving server: write what its computers reported.", HelpName = "FILE" };

    public ExportVerb()
        : base(
            "export", "Write a file for a server without a connection, or from it.",
            "hierarchy export all.courier --content", "hierarchy export --position site.position", "hierarchy export new.courier --since site.position --content", "hierarchy export --status site.status",
            "hierarchy export new.courier --for site.status")
    {
        Add(file);
        Add(since);
        Add(forStatus);
        Add(all);
        Add(content);
        Add(catalogOnly);
        Add(position);
        Add(status);
        Validators.Add(result =>
        {
            var targets = new[] { result.GetValue(file), result.GetValue(position), result.GetValue(status) }.Count(target => target is not null);
            var starts = (result.GetValue(since) is null ? 0 : 1) + (result.GetValue(forStatus) is null ? 0 : 1) + (result.GetValue(all) ? 1 : 0);
            if (targets != 1) result.AddError("Name one file to write: FILE, or one with --position or --status.");
            else if (starts > 1) result.AddError("Say one of --since, --for and --all.");
            else if (result.GetValue(file) is null && (result.GetValue(since) ?? result.GetValue(forStatus)) is not null) result.AddError("--since and --for go with FILE.");
            else if (result.GetValue(file) is null && (result.GetValue(content) || result.GetValue(catalogOnly))) result.AddError("--content and --catalog-only go with FILE.");
            else if (result.GetValue(position) is not null && result.GetValue(all)) result.AddError("--all does not go with --position.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "A server that was started with --parent courier follows by files. The first time, export everything here, carry it over, and",
        "`hierarchy import` it there. Then, each time: `hierarchy export --position FILE` there (or --status FILE, which carries its",
        "reports as well: `hierarchy import --status FILE` here), and here `hierarchy export FILE --since` that. The file carries the",
        "root's checkpoint; the site serves nothing that does not equal it. The next file from here tells the site which of its reports",
        "the root has. A file that is lost is no harm: make another.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var kind = arguments.GetValue(status) is not null ? CourierKind.Status : arguments.GetValue(position) is not null ? CourierKind.Position : CourierKind.Log;
        var path = arguments.GetValue(status) ?? arguments.GetValue(position) ?? arguments.GetValue(file)!; // The validator saw that one is there.
        var request = new ExportRequest
        {
            Kind = kind,
            Since = await BeginningAsync(arguments.GetValue(since) ?? arguments.GetValue(forStatus), session.Cancellation),
            Content = arguments.GetValue(content),
            CatalogOnly = arguments.GetValue(catalogOnly),
            AllReports = kind == CourierKind.Status && arguments.GetValue(all),
        };
        await using var target = PartialFile.Create(path);
        var finished = await ReceiveAsync(session, request, target);

        var document = ExportDocument.Of(path, kind, finished);
        return session.Output.Write(document, console =>
        {
            console.WriteLine(kind switch
            {
                CourierKind.Position => $"{path}: this server is at {document.To?.ToString() ?? "nothing yet"}.",
                CourierKind.Status => $"{path}: {Human.Count(document.Reports)} reports, {Human.Bytes(document.Bytes)}; this server is at {document.To?.ToString() ?? "nothing yet"}.",
                _ => $"{path}: {(document.From is null ? "everything" : $"from {document.From}")} to {document.To}, {Human.Count(document.Records)} records, {Human.Count(document.ContentFiles)} content files, {Human.Bytes(document.Bytes)}.",
            });
            if (document.EverythingInstead) console.WriteLine("The receiver stands below what this server still knows of deletions, so the file carries everything.");
            if (document.ContentMissing > 0) console.WriteLine($"{Human.Count(document.ContentMissing)} content files are wanted, and not at this server yet: export again when it has fetched them.");
        });
    }

    protected override CommandFailedException Interrupted() => new("cancelled", "Interrupted; nothing was kept.", null, ExitCode.Cancelled);

    private static async Task<ExportFinished> ReceiveAsync(Session session, ExportRequest request, PartialFile target)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ExportFinished? finished = null;
        await new StepProgress(session.Output, session.Time).RunAsync("export", async report =>
        {
            using var call = new CourierService.CourierServiceClient(session.Channel).Export(request, session.Streaming);
            await foreach (var response in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                switch (response.EventCase)
                {
                    case ExportResponse.EventOneofCase.Progress:
                        CourierProgressView.Show(report, response.Progress);
                        break;
                    case ExportResponse.EventOneofCase.Chunk:
                        hash.AppendData(response.Chunk.Span);
                        await target.WriteAsync(response.Chunk.Memory, session.Cancellation);
                        break;
                    case ExportResponse.EventOneofCase.Finished:
                        finished = response.Finished;
                        break;
                }
            }
        });
        if (finished is null) throw new CommandFailedException("unavailable", $"The server at {session.Server} ended the answer before the file was whole.", "Export again; nothing was kept.");
        if (target.Length != finished.Bytes || !finished.Sha256.Span.SequenceEqual(hash.GetHashAndReset()))
            throw new CommandFailedException("data_loss", "The file did not arrive as the server sent it, and was not kept.", "Export again.");
        target.Flush();
        await target.CompleteAsync();
        return finished;
    }

    private static async Task<ByteString> BeginningAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is null) return ByteString.Empty;
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var bytes = new byte[Math.Min(MostOfAFile, stream.Length)];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            if (bytes.Length == 0) throw new CommandFailedException("invalid_file", $"{path} is empty.", "Write it again at the receiving server: hierarchy export --position FILE");
            return ByteString.CopyFrom(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException("file", $"{path} cannot be read: {exception.Message}", "Name the file that `hierarchy export --position FILE` wrote at the receiving server.", cause: exception);
        }
    }
}
