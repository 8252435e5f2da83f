namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>An answer about the computer: a value, its certain absence, or why nobody knows.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public readonly struct Fact<T>
{
    internal Fact(FactState state, T? value, string? reason) => (State, Value, Reason) = (state, value, reason);

    /// <summary>How much is known.</summary>
    public FactState State { get; }

    /// <summary>The value; default unless known.</summary>
    public T? Value { get; }

    /// <summary>Why it is unknown; null otherwise.</summary>
    public string? Reason { get; }

    /// <summary>True, with the value, when it is known.</summary>
    public bool IsKnown([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? value)
    {
        value = Value;
        return State == FactState.Known && value is not null;
    }
}

/// <summary>Makes facts.</summary>
public static class Fact
{
    /// <summary>It is so.</summary>
    public static Fact<T> Known<T>(T value) => new(FactState.Known, value, reason: null);

    /// <summary>It is certainly not there.</summary>
    public static Fact<T> Absent<T>() => new(FactState.Absent, default, reason: null);

    /// <summary>Nobody knows, and why.</summary>
    public static Fact<T> Unknown<T>(string reason) => new(FactState.Unknown, default, reason);
}
