namespace Hierarchy.Domain.Applicability;

/// <summary>The value of a rule in three-valued logic (Kleene): what cannot be known stays unknown unless the rest decides without it.</summary>
public enum Truth
{
    /// <summary>It does not hold.</summary>
    False = 0,

    /// <summary>It holds.</summary>
    True = 1,

    /// <summary>The facts do not say, or the rule has no meaning that this version knows.</summary>
    Unknown = 2,
}
