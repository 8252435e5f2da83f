namespace Hierarchy.Testing.Chaos;

/// <summary>Something was lost, doubled or unequal.</summary>
public sealed class ChaosException(string message, Exception? cause = null) : Exception(message, cause);
