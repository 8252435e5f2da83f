namespace Hierarchy.Domain.Catalog;

/// <summary>The UpdateType attribute of an update document.</summary>
public enum UpdateType
{
    /// <summary>Not said, or a word that this version does not know.</summary>
    Unknown = 0,

    /// <summary>Something to install.</summary>
    Software = 1,

    /// <summary>A driver.</summary>
    Driver = 2,

    /// <summary>A rule that detects a condition; other updates name it as prerequisite.</summary>
    Detectoid = 3,

    /// <summary>A company, product family, product or classification.</summary>
    Category = 4,
}
