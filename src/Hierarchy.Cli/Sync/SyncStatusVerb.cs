using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync status`: what runs, what ran, what was set aside, which prerequisites nobody has.</summary>
internal sealed class SyncStatusVerb() : Verb(
    "status", "Show the running or last synchronizations, documents set aside, and prerequisites that nobody has.",
    "hierarchy sync status", "hierarchy --output json sync status | jq '.quarantined[].reason'")
{
    private const int ShownMissing = 20;

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var document = SyncStatusDocument.From(await session.AskAsync(session.Admin.GetSyncStatusAsync, new GetSyncStatusRequest()));
        return session.Output.Write(document, console => Render(document, session.Output, console));
    }

    private static void Render(SyncStatusDocument status, Output output, IAnsiConsole console)
    {
        console.WriteLine($"Upstream: {status.UpstreamUrl ?? "none"}");
        if (status.Running is { } running)
            console.WriteLine($"Running: {running.Phase} {Human.Count(running.Done)}{(running.Total > 0 ? "/" + Human.Count(running.Total) : "")}, {Human.Bytes(running.Bytes)} received{(running.Rate is { } rate ? $", {Human.Count((long)Math.Round(rate))}/s" : "")}{(running.RemainingSeconds is { } left ? $", {Human.Span(TimeSpan.FromSeconds(left))} left" : "")}.");

        if (status.Runs.Count == 0 && status.Running is null) console.WriteLine("Never synchronized: hierarchy sync run");
        if (status.Runs.Count > 0)
        {
            console.Write(SyncRunTable.Create(output, status.Runs));
            foreach (var rules in SyncStream.RuleLines(status.Runs[0])) console.WriteLine($"The last one: {rules}");
        }

        if (status.Quarantined.Count > 0)
        {
            console.WriteLine("Set aside; tried again when the upstream lists them again, or now: hierarchy sync retry-quarantined");
            var table = output.Table("UPDATE", "REVISION", "SINCE", "REASON");
            foreach (var document in status.Quarantined)
                table.AddTextRow(document.UpdateId, $"{document.RevisionNumber}", document.Time, document.Reason);
            console.Write(table);
        }

        if (status.MissingPrerequisites.Count == 0) return;
        console.WriteLine($"Prerequisites that the catalog does not hold: {Human.Count(status.MissingPrerequisites.Count)}");
        var missing = output.Table("UPDATE", "NAMED BY");
        foreach (var entry in status.MissingPrerequisites.Take(ShownMissing)) missing.AddTextRow(entry.UpdateId, Human.Count(entry.NamedBy));
        console.Write(missing);
        if (status.MissingPrerequisites.Count > ShownMissing) console.WriteLine("All of them: hierarchy --output json sync status");
    }
}
