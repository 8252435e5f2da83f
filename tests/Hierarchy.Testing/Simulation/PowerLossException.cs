namespace Hierarchy.Testing.Simulation;

/// <summary>The power fails at this very moment; nothing after it happens.</summary>
internal sealed class PowerLossException(string when) : Exception($"The power failed {when}.");
