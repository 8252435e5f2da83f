namespace Hierarchy.Domain;

/// <summary>Not now: retry with jittered back-off. The message names the operation, the thing and the next step.</summary>
public class UnavailableException : Exception
{
    /// <summary>With a message for the operator.</summary>
    public UnavailableException(string message) : base(message) { }

    /// <summary>With a message for the operator and the cause.</summary>
    public UnavailableException(string message, Exception inner) : base(message, inner) { }

    /// <summary>The peer asks to be left alone for so long; null when it said nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
