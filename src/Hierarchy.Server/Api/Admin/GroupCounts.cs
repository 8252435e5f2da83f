using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Server.Api.Admin;

/// <summary>
/// The counts of one update, group by group. The store counts by the groups that computers are in directly; a group has those of all groups in it, and a computer that is in two of them once.
/// </summary>
internal static class GroupCounts
{
    /// <summary>All Computers first, then by name; groups without computers are left out.</summary>
    public static IReadOnlyList<GroupStates> Of(GroupTree groups, IReadOnlyList<StatusCount> counts, IReadOnlyList<ComputerCount> computers)
    {
        var result = new Dictionary<Guid, GroupStates>();
        var sets = counts.Select(count => count.Groups).Concat(computers.Select(count => count.Groups)).DistinctBy(Key);
        foreach (var set in sets)
        {
            var key = Key(set);
            var present = computers.Where(count => Key(count.Groups) == key).Sum(count => count.Count);
            var states = counts.Where(count => Key(count.Groups) == key).ToList();
            var silent = Math.Max(0, present - states.Sum(count => count.Count));
            foreach (var id in set.SelectMany(groups.WithAncestors).Append(TargetGroup.AllComputers.Id).Distinct())
            {
                if (!result.TryGetValue(id, out var group)) result[id] = group = new GroupStates { Group = groups.Find(id)?.Name ?? "" };
                group.Computers += present;
                foreach (var count in states)
                    Add(group, count.State, count.Count);
                if (silent > 0) Add(group, UpdateState.Unknown, silent);
            }
        }

        return [.. result.OrderBy(group => group.Key != TargetGroup.AllComputers.Id).ThenBy(group => group.Value.Group, StringComparer.OrdinalIgnoreCase).Select(group => group.Value)];
    }

    private static string Key(IReadOnlyList<Guid> groups) => string.Join(' ', groups);

    private static void Add(GroupStates group, UpdateState state, int count) => group.States[(int)state] = group.States.GetValueOrDefault((int)state) + count;
}
