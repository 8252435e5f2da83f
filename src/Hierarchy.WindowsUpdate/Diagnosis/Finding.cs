using Hierarchy.WindowsUpdate.Transport;

namespace Hierarchy.WindowsUpdate.Diagnosis;

/// <summary>What a step found. A failure that is <paramref name="IsFatal"/> makes the steps after it pointless.</summary>
internal sealed record Finding(DiagnosisOutcome Outcome, string What, string NextStep = "", bool IsFatal = true)
{
    public static Finding Ok(string what) => new(DiagnosisOutcome.Ok, what);

    public static Finding Skipped(string what) => new(DiagnosisOutcome.Skipped, what);

    public static Finding Failed(string what, string nextStep) => new(DiagnosisOutcome.Failed, what, nextStep);

    public static Finding Failed(TransportFailure failure) => Failed($"The upstream {failure.What}.", failure.NextStep);
}
