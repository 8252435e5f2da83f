namespace Hierarchy.Testing.MicrosoftUpdate.Decisions;

/// <summary>A target group of a simulated WSUS; the topmost has no parent.</summary>
public sealed record UpstreamGroup(Guid Id, Guid? ParentId, string Name, bool IsBuiltin);
