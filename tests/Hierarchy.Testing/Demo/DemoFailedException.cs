namespace Hierarchy.Testing.Demo;

/// <summary>A check of the demo that did not hold.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
