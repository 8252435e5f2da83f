namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>The drivers that a manufacturer wants together on one kind of computer.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Xml">Which computers, which drivers, which systems: passed on unread.</param>
public sealed record DriverSet(Guid Id, string Xml);
