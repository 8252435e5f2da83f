using Hierarchy.Domain.Reports;

namespace Hierarchy.Testing.Simulation;

/// <summary>
/// Knows what every computer was told is kept, and by whom. In the end the root must hold it, or something newer that the computer said; except what a server had kept alone when it was taken back to an
/// older backup.
/// </summary>
internal sealed class ReportOracle(VirtualWorld world)
{
    private readonly Dictionary<(string Computer, long Incarnation, long Counter), Said> _said = [];

    /// <summary>Reports that were acknowledged to a computer.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Reports that only a server kept which was then taken back.</summary>
    public int InDoubt => _said.Values.Count(said => said.IsAcknowledged && said.KeptAt.Count == 0);

    /// <summary>A server has made a report durable.</summary>
    public void OnKept(SimulatedServer server, ComputerReport report, StatusReport[] statuses)
    {
        var key = (report.ComputerId, report.Incarnation, report.Counter);
        if (!_said.TryGetValue(key, out var said)) _said[key] = said = new Said(report, statuses);
        said.KeptAt.TryAdd(server, world.Elapsed);
    }

    /// <summary>The computer has heard that its report is kept.</summary>
    public void OnAcknowledged(ComputerReport report)
    {
        Acknowledged++;
        _said[(report.ComputerId, report.Incarnation, report.Counter)].IsAcknowledged = true;
    }

    /// <summary>A server was taken back: what it had taken since is in doubt, unless another one has it.</summary>
    public void OnRestored(SimulatedServer server, TimeSpan backup)
    {
        foreach (var said in _said.Values)
            if (said.KeptAt.TryGetValue(server, out var at) && at >= backup)
                said.KeptAt.Remove(server);
    }

    /// <summary>What is wrong with what the root holds; empty for nothing.</summary>
    public string Difference(SimulatedReports root)
    {
        foreach (var of in _said.Values.GroupBy(said => said.Report.ComputerId))
        {
            var newest = of.Max(said => said.Report.Incarnation);
            var reports = of.Where(said => said.Report.Incarnation == newest).OrderBy(said => said.Report.Counter).ToList();
            var certain = reports.Where(said => said is { IsAcknowledged: true, KeptAt.Count: > 0 }).ToList();
            if (root.Find(of.Key) is not { } held)
            {
                if (certain.Count > 0) return $"the root does not know {of.Key}.";
                continue;
            }

            if (certain.Count > 0 && (held.Incarnation != newest || held.Counter < certain[^1].Report.Counter))
                return $"the root has report {held.Incarnation}.{held.Counter} of {of.Key}; {newest}.{certain[^1].Report.Counter} was acknowledged.";
            if (held.Incarnation != newest) continue;
            foreach (var update in reports.SelectMany(said => said.Statuses).Select(status => status.UpdateId).Distinct())
            {
                var least = certain.Where(said => said.Says(update) is not null).Select(said => said.Report.Counter).DefaultIfEmpty(0).Max();
                var (counter, state) = held.Statuses.TryGetValue(update, out var status) ? status : default;
                if (counter < least) return $"the root has status {counter} of {update:N} on {of.Key}; {least} was acknowledged.";
                if (counter > 0 && reports.Find(said => said.Report.Counter == counter)?.Says(update) != state) return $"the root has {state} (report {counter}) of {update:N} on {of.Key}, which it never said.";
            }
        }

        return "";
    }

    private sealed class Said(ComputerReport report, StatusReport[] statuses)
    {
        public ComputerReport Report => report;

        public StatusReport[] Statuses => statuses;

        public bool IsAcknowledged { get; set; }

        public Dictionary<SimulatedServer, TimeSpan> KeptAt { get; } = [];

        public UpdateState? Says(Guid update) => Array.Find(statuses, status => status.UpdateId == update)?.State;
    }
}
