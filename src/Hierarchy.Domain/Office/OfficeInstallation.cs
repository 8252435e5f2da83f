using System.Text.Json.Serialization;

namespace Hierarchy.Domain.Office;

/// <summary>One copy of Office on a computer.</summary>
public sealed record OfficeInstallation
{
    /// <summary>Its generation.</summary>
    public required OfficeProductLine Line { get; init; }

    /// <summary>Which one, e.g. `2016`, where the line is <see cref="OfficeProductLine.Later"/> or Click-to-Run; may be empty.</summary>
    public string Version { get; init; } = "";

    /// <summary>What it was installed from.</summary>
    public OfficeSourceKind SourceKind { get; init; }

    /// <summary>What was done to an administrative installation point.</summary>
    public OfficeSourceState SourceState { get; init; }

    /// <summary>The user whose copy it is (SID or name); empty where it is the computer's.</summary>
    public string User { get; init; } = "";

    /// <summary>Windows Installer's product code, upper case with braces; empty where there is none.</summary>
    public string ProductCode { get; init; } = "";

    /// <summary>What it calls itself, for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where administrative installation points exist and matter: XP and 2003.</summary>
    [JsonIgnore]
    public bool HasInstallPointRule => Line is OfficeProductLine.Xp2002 or OfficeProductLine.Office2003;

    /// <summary>True where updating the source and updating from here exclude each other. SP2 of 2003 lifts that; XP has no such point.</summary>
    [JsonIgnore]
    public bool IsFromUpdatedInstallPoint => HasInstallPointRule && SourceKind == OfficeSourceKind.AdministrativeInstallPoint
        && (SourceState == OfficeSourceState.Updated || (SourceState == OfficeSourceState.Sp2OrLater && Line == OfficeProductLine.Xp2002));

    /// <summary>True where the rule of installation points may hold, and nothing tells whether it does.</summary>
    [JsonIgnore]
    public bool IsSourceUncertain => HasInstallPointRule && !IsFromUpdatedInstallPoint
        && (SourceKind == OfficeSourceKind.Unknown || (SourceKind == OfficeSourceKind.AdministrativeInstallPoint && SourceState == OfficeSourceState.Unknown));
}
