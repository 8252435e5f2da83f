namespace Hierarchy.Domain.Reports;

/// <summary>How many statuses of one update are in one state, on the computers that are directly in exactly these groups.</summary>
/// <param name="UpdateId">The update.</param>
/// <param name="Groups">Ids of the groups, ascending; empty for computers that have not said anything of themselves yet.</param>
/// <param name="State">The state.</param>
/// <param name="Count">Computers; an update that is reported for several users of a computer counts once for each.</param>
public sealed record StatusCount(Guid UpdateId, IReadOnlyList<Guid> Groups, UpdateState State, int Count);

/// <summary>How many computers are directly in exactly these groups.</summary>
/// <param name="Groups">Ids of the groups, ascending.</param>
/// <param name="Count">Computers that reported.</param>
public sealed record ComputerCount(IReadOnlyList<Guid> Groups, int Count);
