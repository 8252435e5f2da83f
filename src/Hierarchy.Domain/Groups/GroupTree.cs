using System.Collections.Frozen;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Domain.Groups;

/// <summary>All target groups, ready to look up. Immutable; holds the built-in groups whether or not the log names them.</summary>
public sealed class GroupTree
{
    private readonly FrozenDictionary<Guid, TargetGroup> _byId;
    private readonly FrozenDictionary<string, TargetGroup> _byName;
    private readonly FrozenDictionary<Guid, int> _depths;
    private readonly LogId _overlay;

    /// <summary>Builds the tree. A group whose parent is not there or is Unassigned Computers, or that is in a loop, hangs under All Computers: records may arrive in any order.</summary>
    /// <param name="groups">As the log has them.</param>
    /// <param name="overlay">The overlay that they come from; none for the tree's log.</param>
    public GroupTree(IEnumerable<TargetGroup> groups, LogId overlay = default)
    {
        _overlay = overlay;
        var byId = new Dictionary<Guid, TargetGroup>
        {
            [TargetGroup.AllComputers.Id] = TargetGroup.AllComputers,
            [TargetGroup.UnassignedComputers.Id] = TargetGroup.UnassignedComputers,
        };
        foreach (var group in groups)
            if (!group.IsBuiltIn)
                byId[group.Id] = group;

        _byId = byId.ToFrozenDictionary();
        // Two groups of one name cannot be made at a root; should a log hold them all the same, the lower id wins everywhere alike.
        _byName = byId.Values.GroupBy(group => group.Name, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(same => same.Key, same => same.MinBy(group => group.Id)!, StringComparer.OrdinalIgnoreCase);
        _depths = byId.Keys.ToFrozenDictionary(id => id, id => PathOf(id).Count - 1);
    }

    /// <summary>A tree with the built-in groups alone.</summary>
    public static GroupTree BuiltIn { get; } = new([]);

    /// <summary>All groups, in no order.</summary>
    public IReadOnlyCollection<TargetGroup> Groups => _byId.Values;

    /// <summary>The group of that id; null when there is none.</summary>
    public TargetGroup? Find(Guid id) => _byId.GetValueOrDefault(id);

    /// <summary>The group of that name, whatever the letter case; null when there is none.</summary>
    public TargetGroup? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>0 for All Computers, 1 for what is nested in it, and so on; -1 for a group that is not there.</summary>
    public int DepthOf(Guid id) => _depths.GetValueOrDefault(id, -1);

    /// <summary>
    /// The groups that count for a computer that names these: each with its ancestors. Unknown names are left out; when no name is known, or only All Computers, the computer is in
    /// Unassigned Computers, and in no other case. One text may list several names, `;` between them.
    /// </summary>
    public Membership MembershipOf(IEnumerable<string> names) => MembershipOfGroups(IdsOf(names));

    /// <summary>The same for a computer that was put into these; a group that is there no more is left out.</summary>
    public Membership MembershipOfGroups(IEnumerable<Guid> ids) => MembershipOf(ids.Select(Find));

    /// <summary>The groups that count for whoever is in that group alone. Of All Computers, it alone: no computer is in it and in no other, but what it says holds for those.</summary>
    public Membership MembershipAt(Guid id)
    {
        var path = PathOf(id);
        return new Membership([Find(id)?.Name ?? ""], path.ToDictionary(group => group, DepthOf), _overlay);
    }

    /// <summary>Ids of the groups that a computer which was put into these is in directly, ascending: never none.</summary>
    public Guid[] DirectIdsOfGroups(IEnumerable<Guid> ids) => [.. Direct(ids.Select(Find)).Select(group => group.Id).Distinct().Order()];

    /// <summary>The groups of these names; those that are not there are left out.</summary>
    public IEnumerable<Guid> IdsOf(IEnumerable<string> names) => GroupNames.Split(names).Select(Find).Where(group => group is not null).Select(group => group!.Id);

    /// <summary>True when the group is the other one, or nested in it to any depth.</summary>
    public bool IsWithin(Guid id, Guid other) => other == TargetGroup.AllComputers.Id || (_byId.ContainsKey(id) && PathOf(id).Contains(other));

    /// <summary>The group and all that it is nested in; All Computers alone for one that is not there.</summary>
    public IReadOnlyCollection<Guid> WithAncestors(Guid id) => _byId.ContainsKey(id) ? PathOf(id) : [TargetGroup.AllComputers.Id];

    private static List<TargetGroup> Direct(IEnumerable<TargetGroup?> groups)
    {
        // Unassigned Computers holds who is in no other group, whatever names it: whoever is put there and elsewhere is elsewhere.
        var direct = groups.Where(group => group is { IsBuiltIn: false }).Select(group => group!).ToList(); // The filter leaves those that are there.
        if (direct.Count == 0)
            direct.Add(TargetGroup.UnassignedComputers);
        return direct;
    }

    private Membership MembershipOf(IEnumerable<TargetGroup?> groups)
    {
        var direct = Direct(groups);
        var depths = new Dictionary<Guid, int>();
        foreach (var group in direct)
            foreach (var ancestor in PathOf(group.Id))
                depths[ancestor] = _depths[ancestor];
        return new Membership(direct.Select(group => group.Name).Distinct().Order(StringComparer.Ordinal).ToArray(), depths, _overlay);
    }

    /// <summary>From the group up to All Computers.</summary>
    private List<Guid> PathOf(Guid id)
    {
        var path = new List<Guid>();
        var current = id;
        while (current != TargetGroup.AllComputers.Id && !path.Contains(current))
        {
            path.Add(current);
            current = _byId.TryGetValue(current, out var group) && group.ParentId is { } parent && parent != TargetGroup.UnassignedComputers.Id && _byId.ContainsKey(parent)
                ? parent : TargetGroup.AllComputers.Id;
        }

        path.Add(TargetGroup.AllComputers.Id);
        return path;
    }
}
