namespace Hierarchy.Content.Retention;

/// <summary>What is remembered of a stored file.</summary>
/// <param name="UnneededSince">When it was first seen that nothing needs it; null while something does.</param>
/// <param name="LastAsked">When somebody asked for it last; null when nobody did.</param>
public readonly record struct FileUsage(DateTimeOffset? UnneededSince, DateTimeOffset? LastAsked);
