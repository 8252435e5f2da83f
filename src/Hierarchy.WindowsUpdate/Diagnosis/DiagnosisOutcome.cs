namespace Hierarchy.WindowsUpdate.Diagnosis;

/// <summary>What came of one step of a diagnosis.</summary>
public enum DiagnosisOutcome
{
    /// <summary>As it should be.</summary>
    Ok = 0,

    /// <summary>Something is wrong, and the step says what to do.</summary>
    Failed,

    /// <summary>Not tried: it does not apply here, or a step before it failed.</summary>
    Skipped,
}
