namespace Hierarchy.Domain.Changes;

/// <summary>What a mirror held of a history that another one took the place of.</summary>
/// <param name="Id">Names it at this server; 1, 2, 3, …</param>
/// <param name="Time">When it was kept, UTC.</param>
/// <param name="Reason">For the operator.</param>
/// <param name="Before">Where the mirror stood.</param>
/// <param name="Common">The newest sequence that both histories share.</param>
/// <param name="After">Where it stands since.</param>
/// <param name="Records">How many records vanished or changed.</param>
public sealed record Loss(long Id, DateTimeOffset Time, string Reason, Position Before, long Common, Position After, long Records);
