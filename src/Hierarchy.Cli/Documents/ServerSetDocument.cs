namespace Hierarchy.Cli.Documents;

/// <summary>What was decided about a server.</summary>
internal sealed record ServerSetDocument(string? ServerId, string Name, string? ContentSource, bool Changed, PositionDocument? Position);
