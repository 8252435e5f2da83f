using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Incremental;

/// <summary>A fact that a rule asked for, with the answer; it can be asked for again.</summary>
internal abstract class RecordedFact
{
    /// <summary>Whether the answer of this evaluation is another one than that of the last.</summary>
    internal bool HasChanged { get; private protected set; }

    /// <summary>Whose list of reads it was last put on.</summary>
    internal int Reader { get; set; }

    /// <summary>The last round in which somebody needed it.</summary>
    internal int Needed { get; set; }

    /// <summary>Asks again; true when the answer is another.</summary>
    internal abstract bool Refresh(IFacts source);
}

/// <summary>A fact of one type.</summary>
/// <param name="key">Which one.</param>
/// <param name="subject">What it is asked with, as the rule gave it.</param>
/// <param name="read">How it is asked for.</param>
/// <param name="value">The answer.</param>
internal sealed class RecordedFact<T, TSubject>(FactKey key, TSubject subject, Func<IFacts, FactKey, TSubject, Fact<T>> read, Fact<T> value) : RecordedFact
{
    internal Fact<T> Value { get; private set; } = value;

    internal override bool Refresh(IFacts source)
    {
        var now = read(source, key, subject);
        HasChanged = now.State != Value.State || now.Reason != Value.Reason || !FactEquality.AreEqual(now.Value, Value.Value);
        if (HasChanged) Value = now;
        return HasChanged;
    }
}
