using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Spectre.Console;

namespace Hierarchy.Cli.Sync;

/// <summary>Synchronizations, one a row.</summary>
internal static class SyncRunTable
{
    public static Table Create(Output output, IEnumerable<SyncRunBody> runs)
    {
        var table = output.Table("STARTED", "ENDED", "WHY", "BY", "NEW", "REVISED", "EXPIRED", "SET ASIDE", "BYTES", "CURSOR", "RESULT");
        foreach (var run in runs)
            table.AddTextRow(
                run.StartedAt, run.EndedAt, run.Reason, run.RequestedBy, Human.Count(run.NewUpdates), Human.Count(run.RevisedUpdates), Human.Count(run.ExpiredUpdates),
                Human.Count(run.Quarantined), Human.Bytes(run.Bytes), run.Position?.ToString(), Result(run));
        return table;
    }

    private static string Result(SyncRunBody run) => run.Failure is null ? run.Outcome switch { "succeeded" => "ok", null => "ok", var other => other } : $"{run.Outcome}: {run.Failure}";
}
