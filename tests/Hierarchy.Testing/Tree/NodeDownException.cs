namespace Hierarchy.Testing.Tree;

/// <summary>A program was asked for something while it is not running.</summary>
public sealed class NodeDownException(string name) : InvalidOperationException($"{name} is not running.");
