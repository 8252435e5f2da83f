using Hierarchy.Domain.Groups;
using Hierarchy.Domain.Reports;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The computers of a server: those that reported, and those that an administrator put into groups before they did.</summary>
internal static class KnownComputers
{
    /// <summary>By name.</summary>
    public static IReadOnlyList<Entry> Of(ServedView view, IReadOnlyList<ReportedComputer> reported)
    {
        var seen = reported.Select(computer => GroupAssignment.KeyOf(computer.Report.ComputerId)).ToHashSet(StringComparer.Ordinal);
        var known = reported.Select(computer => new Entry(computer.Report, view.Assignments.GetValueOrDefault(GroupAssignment.KeyOf(computer.Report.ComputerId)), computer.States, IsSeen: true)).ToList();
        foreach (var (key, assignment) in view.Assignments)
            if (!seen.Contains(key))
                known.Add(new Entry(new ComputerReport { ComputerId = key, Incarnation = 0, Counter = 0, Name = assignment.ComputerName }, assignment, StateCounts.None, IsSeen: false));
        return [.. known.OrderBy(computer => computer.Report.Name, StringComparer.OrdinalIgnoreCase).ThenBy(computer => computer.Report.ComputerId, StringComparer.Ordinal)];
    }

    /// <summary>A computer; one that was not seen has a report with its id and name alone.</summary>
    internal sealed record Entry(ComputerReport Report, GroupAssignment? Assignment, StateCounts States, bool IsSeen)
    {
        /// <summary>What decides where it belongs.</summary>
        public ComputerFacts Facts { get; } = ComputerFacts.Of(Report);
    }
}
