using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Hierarchy.Cli.Content;

/// <summary>`content status`: what the server that is asked has and fetches, file by file, and how those below it stand.</summary>
internal sealed class ContentStatusVerb : Verb
{
    private const int ShownDigits = 8;
    private const int ShownFiles = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Option<bool> watch = new("--watch") { Description = "Show it anew each second until Ctrl-C; JSON: a document a line." };
    private readonly Option<int> missing = new("--missing") { Description = "So many of the missing files are listed, the next first.", HelpName = "N", DefaultValueFactory = _ => ShownFiles };

    public ContentStatusVerb()
        : base(
            "status", "Show what is stored, what is on its way, what failed and why, and how far each server below is.",
            "hierarchy content status --watch", "hierarchy --server http://branch-a:8532 content status", "hierarchy --output json content status | jq .files_missing")
    {
        missing.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is < 1 or > 10_000) result.AddError("--missing takes 1 to 10000.");
        });
        Add(watch);
        Add(missing);
    }

    public override IReadOnlyList<string> Details =>
    [
        "Files are told of the server that is asked (--server); of those below it, how many they are to have and lack.",
        "What a client waits for goes first, then the earliest deadline, then what was approved first.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new GetContentStatusRequest { MissingFiles = arguments.GetValue(missing) };
        var first = await AskAsync(session, request);
        if (!arguments.GetValue(watch)) return session.Output.Write(first, console => console.Write(Draw(session.Output, first)));
        try
        {
            if (session.Output.Json || !session.Output.IsWatched)
            {
                for (var now = first; ; now = await NextAsync(session, request)) session.Output.WriteLine(now, console => console.Write(Draw(session.Output, now)));
            }

            await session.Output.Text.Live(Draw(session.Output, first)).StartAsync(async live =>
            {
                while (true)
                {
                    try
                    {
                        live.UpdateTarget(Draw(session.Output, await NextAsync(session, request)));
                    }
                    catch (Exception exception) when (exception is RpcException { StatusCode: StatusCode.Unavailable } or CommandFailedException && !session.Cancellation.IsCancellationRequested)
                    {
                        live.UpdateTarget(new Text($"{session.Server} does not answer now; trying again."));
                    }

                    live.Refresh();
                }
            });
            return ExitCode.Ok;
        }
        catch (Exception exception) when (session.Cancellation.IsCancellationRequested && exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            return ExitCode.Ok;
        }
    }

    private static async Task<ContentStatusDocument> AskAsync(Session session, GetContentStatusRequest request) =>
        ContentStatusDocument.From(await session.AskAsync(new ContentService.ContentServiceClient(session.Channel).GetContentStatusAsync, request));

    private static async Task<ContentStatusDocument> NextAsync(Session session, GetContentStatusRequest request)
    {
        await Task.Delay(Interval, session.Time, session.Cancellation);
        return await AskAsync(session, request);
    }

    private static Rows Draw(Output output, ContentStatusDocument status)
    {
        var parts = new List<IRenderable>
        {
            Output.Facts(
                ("Server", status.Server),
                ("Policy", status.Fetch?.Replace('_', '-')),
                ("Stored", $"{Human.Count(status.Files)} files, {Human.Bytes(status.Bytes)}{(status.SizeLimit is { } limit ? $" of {Human.Bytes(limit)} at most" : "")} in {status.Store}; {Human.Bytes(status.FreeBytes)} free"),
                ("Ahead", $"{Human.Count(status.FilesWanted - status.FilesMissing)} of {Human.Count(status.FilesWanted)} files are here; {Human.Bytes(status.BytesMissing)} are missing"),
                ("Beyond the limit", status.FilesBeyondLimit > 0 ? $"{Human.Count(status.FilesBeyondLimit)} files, {Human.Bytes(status.BytesBeyondLimit)}" : ""),
                ("Fetched", $"{Human.Bytes(status.Counts.BytesFromParent)} from the parent, {Human.Bytes(status.Counts.BytesFromSiblings)} from servers of the site, {Human.Bytes(status.Counts.BytesFromMicrosoft)} from Microsoft Update"),
                ("Served", $"{Human.Bytes(status.Counts.BytesToAgents + status.Counts.BytesToClients)} to clients, {Human.Bytes(status.Counts.BytesToServers)} to servers"),
                ("Wrong", status.Counts.VerificationFailures + status.Counts.FilesQuarantined > 0 ? $"{status.Counts.VerificationFailures} times what arrived was not the file; {status.Counts.FilesQuarantined} stored files were damaged" : ""),
                ("Links", string.Join("; ", status.Links.Select(link => $"{link.Name}: {link.Rate switch { null => "open", 0 => "closed", var rate => $"{Human.Bytes(rate.Value)}/s" }}{(link.NextChange is { } change ? $" until {change}" : "")}")))),
        };
        if (status.Transfers.Count > 0) parts.Add(Transfers(output, status.Transfers));
        if (status.Failures.Count > 0) parts.Add(Failures(output, status.Failures));
        if (status.Missing.Count > 0) parts.Add(Missing(output, status.Missing));
        parts.Add(Servers(output, status.Servers));
        return new Rows(parts);
    }

    private static Table Transfers(Output output, IReadOnlyList<ContentTransferBody> transfers)
    {
        var table = output.Table("ARRIVING", "SHA-1", "HERE", "OF", "STATE", "FOR", "FROM", "LAST ERROR");
        foreach (var file in transfers)
            table.AddTextRow(
                file.Name, file.Sha1?[..ShownDigits], Human.Bytes(file.Received), Human.Bytes(file.Size), file.State?.Replace('_', ' '), file.ClientWaits ? "a client" : "ahead", file.Origin, file.LastError);
        return table;
    }

    private static Table Failures(Output output, IReadOnlyList<ContentFailureBody> failures)
    {
        var table = output.Table("FAILED", "SHA-1", "SIZE", "AT", "REASON");
        foreach (var file in failures) table.AddTextRow(file.Name, file.Sha1?[..ShownDigits], Human.Bytes(file.Size), file.At, file.Reason);
        return table;
    }

    private static Table Missing(Output output, IReadOnlyList<MissingContentBody> missing)
    {
        var table = output.Table("NEXT", "SHA-1", "SIZE", "DEADLINE");
        foreach (var file in missing) table.AddTextRow(file.Name, file.Sha1?[..ShownDigits], Human.Bytes(file.Size), file.Deadline);
        return table;
    }

    private static Table Servers(Output output, IReadOnlyList<ServerContentBody> servers)
    {
        var table = output.Table("SERVER", "SITE", "FILES", "MISSING", "SERVED", "FETCHED", "AGE");
        foreach (var server in servers)
            table.AddTextRow(
                server.Name, server.Site, Human.Count(server.FilesWanted), Human.Count(server.FilesMissing), Human.Bytes(server.BytesServed), Human.Bytes(server.BytesFetched),
                server.Silent ? "silent" : server.AgeSeconds is { } age ? Human.Span(TimeSpan.FromSeconds(age)) : "");
        return table;
    }
}
