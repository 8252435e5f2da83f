namespace Hierarchy.Domain.Changes;

/// <summary>
/// What a record is part of. It matters where a view has two logs: that of the tree, and the overlay of an autonomous server, which decides for itself. The catalog is taken from the first alone, decisions
/// from the second alone; both logs are carried whole all the same.
/// </summary>
public enum RecordPart
{
    /// <summary>Of its log alone (epochs, reserved numbers), or of a kind that this version does not know: no view shows it.</summary>
    None = 0,

    /// <summary>What there is: revisions, keys, what is synchronized, sites, links, servers.</summary>
    Catalog = 1,

    /// <summary>What is wanted of it, and for whom: declines, groups, approvals, licences, assignments, rules.</summary>
    Decision = 2,
}
