namespace Hierarchy.WindowsUpdate.Diagnosis;

/// <summary>One step on the way to the upstream.</summary>
/// <param name="Name">Stable, for programs: `settings`, `name-resolution`, `connection`, `proxy`, `tls`, `clock`, then the operations of [MS-WSUSSS].</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Elapsed">How long it took; nothing for a step that was not tried.</param>
/// <param name="Finding">What was found, in a sentence.</param>
/// <param name="NextStep">What the operator does next; empty when there is nothing to do.</param>
public sealed record DiagnosisStep(string Name, DiagnosisOutcome Outcome, TimeSpan Elapsed, string Finding, string NextStep);
