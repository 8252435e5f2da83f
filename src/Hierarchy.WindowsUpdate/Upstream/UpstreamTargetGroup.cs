namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>A group of computers at the upstream.</summary>
/// <param name="Id">Its id, also below.</param>
/// <param name="ParentId">The group that it is nested in; null for the topmost.</param>
/// <param name="Name">As the upstream's administrator wrote it.</param>
/// <param name="IsBuiltin">True for those that every server has: All Computers, Unassigned Computers, Downstream Servers.</param>
public sealed record UpstreamTargetGroup(Guid Id, Guid? ParentId, string Name, bool IsBuiltin);
