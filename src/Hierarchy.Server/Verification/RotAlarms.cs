namespace Hierarchy.Server.Verification;

/// <summary>One alarm for each log that is served.</summary>
/// <param name="Tree">For the tree's log.</param>
/// <param name="Overlay">For the overlay; never raised where there is none.</param>
internal sealed record RotAlarms(RotAlarm Tree, RotAlarm Overlay);
