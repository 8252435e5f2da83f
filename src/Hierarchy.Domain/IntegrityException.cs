namespace Hierarchy.Domain;

/// <summary>The peer or the bytes are wrong: never retry, quarantine. The message names the operation, the thing and the next step.</summary>
public sealed class IntegrityException : Exception
{
    /// <summary>With a message for the operator.</summary>
    public IntegrityException(string message) : base(message) { }

    /// <summary>With a message for the operator and the cause.</summary>
    public IntegrityException(string message, Exception inner) : base(message, inner) { }
}
