namespace Hierarchy.Domain.Changes;

/// <summary>Names one authority's change log, for ever. Drawn at random when a root (or an autonomous server) is first started.</summary>
/// <param name="Value">The random id.</param>
public readonly record struct LogId(Guid Value)
{
    /// <summary>No log yet: an empty replica.</summary>
    public static LogId None => default;

    /// <summary>The id in the usual form of a GUID.</summary>
    public override string ToString() => Value.ToString("D");
}
