namespace Hierarchy.Domain.Changes;

/// <summary>This authority decides nothing any more: another one has a newer epoch of its log, or claims the same one. The message names it, and the operator's next step.</summary>
public sealed class SupersededException(string message) : UnavailableException(message);
