namespace Hierarchy.Domain.Policies;

/// <summary>Where one field of an <see cref="EffectivePolicy"/> comes from.</summary>
/// <param name="Field">The field.</param>
/// <param name="Value">What it says.</param>
/// <param name="GroupId">The group whose word counts.</param>
public sealed record PolicySource(PolicyField Field, object Value, Guid GroupId);
