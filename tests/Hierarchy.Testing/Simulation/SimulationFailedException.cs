namespace Hierarchy.Testing.Simulation;

/// <summary>A run showed what must never be. The message names the seed that shows it again.</summary>
internal sealed class SimulationFailedException(int seed, string what) : Exception($"Seed {seed}: {what}");
