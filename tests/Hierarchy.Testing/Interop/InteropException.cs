namespace Hierarchy.Testing.Interop;

/// <summary>A case of the interop suite did not go as its description says.</summary>
internal sealed class InteropException(string message) : Exception(message);
