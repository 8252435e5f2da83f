using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>The way to the upstream; with an error beside it when a step failed.</summary>
internal sealed record DiagnosisDocument(ErrorBody? Error, string? UpstreamUrl, bool Healthy, IReadOnlyList<DiagnosisStepBody> Steps)
{
    public static DiagnosisDocument From(IReadOnlyList<DiagnoseUpstreamResponse> steps, ErrorBody? error) => new(
        error,
        Wire.NullIfEmpty(steps[0].UpstreamUrl),
        error is null,
        [.. steps.Select(step => new DiagnosisStepBody(
            step.Step, Word(step.Outcome), Math.Round(step.Elapsed?.ToTimeSpan().TotalSeconds ?? 0, 3), step.Finding, Wire.NullIfEmpty(step.NextStep)))]);

    /// <summary>`ok`, `failed`, `skipped`; `unknown` for what a later server says.</summary>
    public static string Word(DiagnosisOutcome outcome) => outcome switch
    {
        DiagnosisOutcome.Ok => "ok",
        DiagnosisOutcome.Failed => "failed",
        DiagnosisOutcome.Skipped => "skipped",
        _ => "unknown",
    };
}

/// <summary>One step: `ok`, `failed` or `skipped`.</summary>
internal sealed record DiagnosisStepBody(string Step, string Outcome, double Seconds, string Finding, string? NextStep);
