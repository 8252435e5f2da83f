namespace Hierarchy.Cli.Policies.Check;

/// <summary>How bad a finding is.</summary>
internal enum FindingSeverity
{
    /// <summary>Scans go to Microsoft, or nowhere.</summary>
    Error,

    /// <summary>They may, on some builds or when something else is set; or something is set that does nothing.</summary>
    Warning,
}

/// <summary>Something about the settings of a computer.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Key">The key, with the hive.</param>
/// <param name="Name">The value; empty where the key is meant.</param>
/// <param name="Found">What it is; null when it is not there.</param>
/// <param name="Why">What follows from it.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record PolicyFinding(FindingSeverity Severity, string Key, string Name, string? Found, string Why, string Remedy);
