namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>How much is known.</summary>
public enum FactState
{
    /// <summary>Nobody looked, or nobody could.</summary>
    Unknown = 0,

    /// <summary>Looked for, and it is not there.</summary>
    Absent = 1,

    /// <summary>It is there, with this value.</summary>
    Known = 2,
}
