namespace Hierarchy.Domain.Distribution;

/// <summary>When a server fetches content. The more a policy fetches, the lower its number.</summary>
public enum FetchPolicy
{
    /// <summary>What is approved, before anyone asks; anything else on demand.</summary>
    Ahead = 0,

    /// <summary>When the first client asks.</summary>
    OnDemand = 1,

    /// <summary>Not at all: only what is in the store already is served.</summary>
    Never = 2,
}
