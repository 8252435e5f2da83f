using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>Why a computer is told what it is told about an update. A floating deadline is a time on its wall: it has no Z.</summary>
internal sealed record ExplanationDocument(
    string ComputerId, string Computer, IReadOnlyList<string> Groups, string? UpdateId, string Title, string? Action, int RevisionNumber, string? Deadline, bool DeadlineIsFloating, string? Group,
    string? State, IReadOnlyList<string> Reasons, IReadOnlyList<string> Outcome, IReadOnlyList<ReportedOutcomeBody> Reported, string? DueAt)
{
    public static ExplanationDocument From(ExplainDecisionResponse response) => new(
        response.ComputerId, response.Computer, [.. response.Groups], Wire.Guid(response.UpdateId), response.Title,
        response.Action == DecisionAction.Unspecified ? null : Wire.Name(response.Action), response.RevisionNumber,
        response.DeadlineIsFloating ? Wire.Time(response.Deadline)?.TrimEnd('Z') : Wire.Time(response.Deadline), response.DeadlineIsFloating, Wire.NullIfEmpty(response.Group),
        response.State == UpdateState.Unspecified ? null : Wire.Name(response.State), [.. response.Reasons], [.. response.Outcome], [.. response.Reported.Select(ReportedOutcomeBody.From)], Wire.Time(response.DueAt));
}

/// <summary>What the computer reported of the update, for itself (no user) or for one user.</summary>
internal sealed record ReportedOutcomeBody(string? User, string State, string? Time, string? Hold)
{
    public static ReportedOutcomeBody From(ReportedOutcome outcome) => new(Wire.NullIfEmpty(outcome.User), Wire.Name(outcome.State), Wire.Time(outcome.Time), Wire.Name(outcome.Hold));
}
