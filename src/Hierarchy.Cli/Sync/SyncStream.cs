using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sync;

/// <summary>What every verb that starts or watches a synchronization does with its progress and its end.</summary>
internal static class SyncStream
{
    /// <summary>Said on Ctrl-C: the server does not stop for it.</summary>
    public static CommandFailedException Interrupted()
        => new("cancelled", "Interrupted; the synchronization goes on at the server.", "Watch it: hierarchy sync run --watch. Stop it: hierarchy sync cancel", ExitCode.Cancelled);

    /// <summary>What rules made of what it brought.</summary>
    public static IEnumerable<string> RuleLines(SyncRunBody run)
    {
        if (run.ApprovedByRules > 0) yield return $"Rules made {Human.Count(run.ApprovedByRules)} approvals.";
        foreach (var (reason, count) in run.SkippedByRules)
            if (reason != "already_decided")
                yield return $"Rules skipped {Human.Count(count)}: {Rules.RuleText.Reason(reason)}.";
        if (run.DeclinedByRules > 0) yield return $"Rules declined {Human.Count(run.DeclinedByRules)} superseded updates.";
    }

    /// <summary>Shows progress to the end, then the result; answers the exit code.</summary>
    public static async Task<int> ShowAsync(Session session, Func<AsyncServerStreamingCall<SyncProgress>> start)
    {
        SyncRun? run;
        try
        {
            using var call = start();
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
            foreach (var rules in RuleLines(body)) console.WriteLine(rules);
            if (run.Quarantined > 0) console.WriteLine($"{Human.Count(run.Quarantined)} documents were set aside; see hierarchy sync status.");
        });
    }
}
