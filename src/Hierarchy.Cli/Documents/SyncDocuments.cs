using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>A synchronization that has ended; with an error beside it when it failed.</summary>
internal sealed record SyncRunDocument(SyncRunBody Run);

/// <summary>A synchronization that has failed.</summary>
internal sealed record SyncFailedDocument(ErrorBody Error, SyncRunBody Run);

/// <summary>One synchronization.</summary>
internal sealed record SyncRunBody(
    string? StartedAt, string? EndedAt, int NewUpdates, int RevisedUpdates, int ExpiredUpdates, int Quarantined, long Bytes, string? Failure,
    PositionDocument? Position, string? Reason, string? RequestedBy, string? Outcome, IReadOnlyList<string?> Imported,
    int ApprovedByRules, IReadOnlyDictionary<string, int> SkippedByRules, int DeclinedByRules)
{
    public static SyncRunBody From(SyncRun run)
        => new(Wire.Time(run.StartedAt), Wire.Time(run.EndedAt), run.NewUpdates, run.RevisedUpdates, run.ExpiredUpdates, run.Quarantined, run.Bytes,
            Wire.NullIfEmpty(run.Error), PositionDocument.From(run.Position), Wire.Name(run.Reason), Wire.NullIfEmpty(run.RequestedBy), Wire.Name(run.Outcome),
            [.. run.Imported.Select(Wire.Guid)], run.Rules?.Approvals ?? 0, Skipped(run.Rules), run.DeclinedByRules);

    /// <summary>What approval rules matched and did not approve, by reason.</summary>
    private static Dictionary<string, int> Skipped(RuleOutcome? rules) => (rules?.Rules ?? []).SelectMany(rule => rule.Skipped).GroupBy(skipped => skipped.Reason).OrderBy(same => same.Key)
        .ToDictionary(same => Wire.Name(same.Key), same => same.Sum(skipped => skipped.Count));
}

/// <summary>What runs, what ran, what was set aside.</summary>
internal sealed record SyncStatusDocument(
    string? UpstreamUrl, SyncProgressBody? Running, IReadOnlyList<SyncRunBody> Runs, IReadOnlyList<QuarantinedBody> Quarantined,
    IReadOnlyList<MissingPrerequisiteBody> MissingPrerequisites)
{
    public static SyncStatusDocument From(GetSyncStatusResponse response)
        => new(
            Wire.NullIfEmpty(response.UpstreamUrl),
            response.Running is { } running ? SyncProgressBody.From(running) : null,
            [.. response.Runs.Select(SyncRunBody.From)],
            [.. response.Quarantined.Select(document => new QuarantinedBody(
                Wire.Guid(document.Identity.UpdateId), document.Identity.RevisionNumber, document.Reason, Wire.Time(document.Time)))],
            [.. response.MissingPrerequisites.Select(missing => new MissingPrerequisiteBody(Wire.Guid(missing.UpdateId), missing.NamedBy))]);
}

/// <summary>How far a synchronization is; a total of 0 is not known yet.</summary>
internal sealed record SyncProgressBody(string Phase, long Done, long Total, long Bytes, double? Rate, double? RemainingSeconds)
{
    public static SyncProgressBody From(SyncProgress progress) => new(
        progress.Phase, progress.Done, progress.Total, progress.Bytes, progress.Rate > 0 ? Math.Round(progress.Rate, 1) : null,
        progress.Remaining is { } remaining ? Math.Round(remaining.ToTimeSpan().TotalSeconds, 1) : null);
}

/// <summary>The last synchronizations, newest first.</summary>
internal sealed record SyncHistoryDocument(IReadOnlyList<SyncRunBody> Runs);

/// <summary>A document that could not be understood.</summary>
internal sealed record QuarantinedBody(string? UpdateId, int RevisionNumber, string Reason, string? Time);

/// <summary>An update that is named and that nobody has.</summary>
internal sealed record MissingPrerequisiteBody(string? UpdateId, int NamedBy);
