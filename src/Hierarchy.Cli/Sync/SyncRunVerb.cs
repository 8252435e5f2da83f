using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync run`: starts a synchronization and shows it to its end.</summary>
internal sealed class SyncRunVerb : Verb
{
    private readonly Option<bool> watch = new("--watch") { Description = "Start nothing; watch the one that runs." };

    public SyncRunVerb()
        : base(
            "run", "Synchronize now, show progress, and end when it ends. On Ctrl-C the server goes on; watch it again with --watch.",
            "hierarchy sync run", "hierarchy sync run --watch", "hierarchy --output json sync run 2>/dev/null | jq .run.new_updates")
        => Add(watch);

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        SyncRun? run;
        try
        {
            using var call = session.Admin.RunSync(new RunSyncRequest { WatchOnly = arguments.GetValue(watch) }, session.Streaming);
            run = await new SyncProgressView(session.Output, session.Time).ShowAsync(call.ResponseStream.ReadAllAsync(session.Cancellation), session.Cancellation);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.AlreadyExists)
        {
            throw new CommandFailedException("already_exists", exception.Status.Detail, "Watch it: hierarchy sync run --watch", cause: exception);
        }

        if (run is null)
            throw new CommandFailedException(
                "unavailable", $"The server at {session.Server} ended the answer before the synchronization ended.", "See how it went: hierarchy sync status");

        var body = SyncRunBody.From(run);
        if (run.Error.Length > 0)
        {
            var failure = new CommandFailedException("sync_failed", run.Error, "hierarchy sync status");
            return session.Output.Fail(failure, new SyncFailedDocument(ErrorBody.From(failure), body));
        }

        return session.Output.Write(new SyncRunDocument(body), console =>
        {
            var span = run is { StartedAt: { } started, EndedAt: { } ended } ? $" in {Human.Span(ended.ToDateTime() - started.ToDateTime())}" : "";
            console.WriteLine($"Synchronized{span}: {Human.Count(run.NewUpdates)} new, {Human.Count(run.RevisedUpdates)} revised, {Human.Count(run.ExpiredUpdates)} expired, {Human.Bytes(run.Bytes)} received.");
            if (run.Quarantined > 0) console.WriteLine($"{Human.Count(run.Quarantined)} documents were set aside; see hierarchy sync status.");
        });
    }

    protected override CommandFailedException Interrupted()
        => new("cancelled", "Interrupted; the synchronization goes on at the server.", "hierarchy sync run --watch", ExitCode.Cancelled);
}
